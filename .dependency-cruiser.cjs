// The import rules of doc/architecture. The regular expressions see resolved paths, so an alias cannot escape them.
const COMMON = '^src/common/'
const DOMAIN = '^src/domain/'
const API = '^src/api/'
const INFRASTRUCTURE = '^src/infrastructure/'
const SHARED_ADAPTERS = '^src/infrastructure/(?!node/|workerd/)'
const EDGE = '^src/infrastructure/workerd/'
const CONTAINER = '^src/infrastructure/node/'
const EDGE_ROOTS = '^(src/worker(-services)?\\.ts$|durable-objects/)'
const CONTAINER_ROOTS = '^src/((server|container|cli)\\.ts$|cli/)'
const ROOTS = `${EDGE_ROOTS}|${CONTAINER_ROOTS}`
const OUTSIDE = '^(tools|bench|test)/'

/** @returns a rule: files under `from` never import what matches `to`. */
const never = (name, comment, from, to) => ({ name, comment, severity: 'error', from: { path: from }, to })

module.exports = {
  forbidden: [
    never('no-circular', 'Modules that need each other are one module, or hide a third.', '.', {
      circular: true,
      viaOnly: { dependencyTypesNot: ['type-only'] },
    }),
    never('no-unresolvable', 'An import that leads nowhere hides from every other rule.', '^(src|durable-objects)', {
      couldNotResolve: true,
      // Provided by workerd itself.
      pathNot: '^cloudflare:',
    }),
    never('common-is-the-bottom', 'common imports zod and itself only.', COMMON, {
      pathNot: [COMMON, '(^|/)node_modules/zod/'],
    }),
    never('domain-sees-common', 'The domain knows no transport and no adapter.', DOMAIN, {
      path: [API, INFRASTRUCTURE, ROOTS, 'node_modules/(hono|@hono)/'],
    }),
    never('api-sees-domain', 'The API meets adapters only through the ports of the domain.', API, {
      path: [INFRASTRUCTURE, ROOTS],
    }),
    never('core-knows-no-node', 'common, domain and api run in both runtimes.', '^src/(common|domain|api)/', {
      dependencyTypes: ['core'],
    }),
    never('core-knows-no-cloudflare', 'common, domain and api run in both runtimes.', '^src/(common|domain|api)/', {
      path: '^cloudflare:',
    }),
    never(
      'infrastructure-sees-domain',
      'Adapters implement ports: they never call the API or a root.',
      INFRASTRUCTURE,
      {
        path: [API, ROOTS],
      },
    ),
    never('shared-adapters-choose-no-runtime', 'What both runtimes use belongs to neither.', SHARED_ADAPTERS, {
      path: [EDGE, CONTAINER, '^cloudflare:'],
    }),
    never('shared-adapters-know-no-node', 'Of node:*, only these are the same in both.', SHARED_ADAPTERS, {
      dependencyTypes: ['core'],
      pathNot: '^(node:)?(crypto|buffer|zlib)$',
    }),
    never('edge-never-sees-container', 'workerd/ and node/ never see each other.', EDGE, { path: CONTAINER }),
    never('container-never-sees-edge', 'workerd/ and node/ never see each other.', CONTAINER, {
      path: [EDGE, '^cloudflare:'],
    }),
    never('worker-is-edge', 'The edge roots bind edge adapters.', EDGE_ROOTS, {
      path: [CONTAINER, CONTAINER_ROOTS],
    }),
    never('server-is-container', 'The container roots bind container adapters.', CONTAINER_ROOTS, {
      path: [EDGE, '^cloudflare:', EDGE_ROOTS],
    }),
    never('product-needs-no-tools', 'The product never imports tools, benches or tests.', '^(src|durable-objects)/', {
      path: OUTSIDE,
    }),
    never(
      'product-needs-no-dev-dependency',
      'A development dependency is not installed where the product runs.',
      '^(src|durable-objects)/',
      {
        dependencyTypes: ['npm-dev'],
        dependencyTypesNot: ['type-only'],
        pathNot: '\\.d\\.(c|m)?ts$',
      },
    ),
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^vendor/'] },
    exclude: { path: ['^dist/', '^worker-configuration\\.d\\.ts$'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.node.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
}
