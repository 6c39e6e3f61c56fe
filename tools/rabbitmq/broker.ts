import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { freePort } from '../free-port.ts'

/** A RabbitMQ of our own, on 127.0.0.1, whose user nobody else knows. It begins stopped; its messages outlive a kill. */
export interface Broker {
  /** The same before and after it has started. */
  readonly url: string
  /** Starts it on what it has kept, and resolves when it takes connections. */
  start(): Promise<void>
  /**
   * Writes to disk what has been declared, and resolves when it is there. Without it, that takes up to two seconds after the
   * answer; in between, a kill makes the broker forget a queue and all that is in it, or leaves one that nobody can use.
   */
  flush(): Promise<void>
  /** kill -9. Resolves when it is dead. */
  kill(): Promise<void>
  /** Ends it and removes all it has kept. */
  remove(): Promise<void>
}

// The shell reads from a pipe whose other end is ours. However this process ends, kill -9 included, the pipe closes and the
// shell ends the broker and its port mapper, and removes its files. Arguments: the folder, the broker's program.
const GUARD = `
trap '' INT TERM HUP
folder=$1; program=$2
epmd -address 127.0.0.1 -port "$ERL_EPMD_PORT" >/dev/null 2>&1 &
mapper=$!
broker=
while read -r order; do
  case $order in
    start) "$program" -noinput 2>&1 </dev/null & broker=$! ;;
    kill) kill -KILL "$broker"; wait "$broker" 2>/dev/null; broker=; echo 'broker: killed' ;;
  esac
done
[ -n "$broker" ] && kill -KILL "$broker" && wait "$broker" 2>/dev/null
kill -KILL "$mapper"
rm -rf "$folder"
`

/** Lines of the guard and the broker's log, to wait for one of them. */
function logOf(guard: ChildProcess) {
  if (guard.stdout === null) throw new Error('the broker was started without a pipe for its log')
  let lately: string[] = []
  let waiting: { readonly sign: string; readonly resolve: () => void; readonly reject: (fault: Error) => void }[] = []
  createInterface({ input: guard.stdout }).on('line', (line) => {
    lately = [...lately.slice(-30), line]
    for (const one of waiting) {
      if (line.includes(one.sign)) one.resolve()
      else if (/BOOT FAILED|init terminating/.test(line)) one.reject(new Error(`RabbitMQ: ${lately.join('\n')}`))
      else continue
      waiting = waiting.filter((other) => other !== one)
    }
  })
  guard.once('exit', () => {
    for (const { reject } of waiting.splice(0)) reject(new Error(`RabbitMQ ended:\n${lately.join('\n')}`))
  })
  return (sign: string) => new Promise<void>((resolve, reject) => void waiting.push({ sign, resolve, reject }))
}

// Its tables' log holds a declaration and then, apart, that it stands; the table of replicated queues is a file of its own.
const FLUSH = 'ok = mnesia:sync_log(), lists:foreach(fun(Table) -> ok = dets:sync(Table) end, dets:all()).'

/** Prepares a broker with a node, ports, a port mapper and a folder of its own. @param program RabbitMQ's own start script */
export async function openBroker(program: string): Promise<Broker> {
  const folder = mkdtempSync(join(tmpdir(), 'acci-rabbitmq-'))
  const [port, distribution, asking, mapper] = [await freePort(), await freePort(), await freePort(), await freePort()]
  const password = randomBytes(16).toString('hex')
  const configuration = join(folder, 'rabbitmq.conf')
  writeFileSync(configuration, `default_user = acci\ndefault_pass = ${password}\nlog.console.level = info\n`, {
    mode: 0o600,
  })
  const node = `acci-${randomBytes(4).toString('hex')}@localhost`
  const environment = {
    PATH: process.env['PATH'],
    // Erlang keeps the secret of its nodes there.
    HOME: folder,
    LC_ALL: 'C.UTF-8',
    ERL_EPMD_ADDRESS: '127.0.0.1',
    ERL_EPMD_PORT: String(mapper),
    RABBITMQ_NODENAME: node,
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_DIST_PORT: String(distribution),
    RABBITMQ_MNESIA_BASE: join(folder, 'data'),
    RABBITMQ_LOGS: '-',
    RABBITMQ_CONFIG_FILE: configuration,
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'plugins'),
    // Has the script become the broker, instead of watching over one that a kill would leave behind.
    RABBITMQ_ALLOW_INPUT: '1',
    // Of whoever asks it something from outside.
    RABBITMQ_CTL_DIST_PORT_MIN: String(asking),
    RABBITMQ_CTL_DIST_PORT_MAX: String(asking),
  }
  const guard = spawn('/bin/sh', ['-c', GUARD, 'guard', folder, program], {
    cwd: folder,
    // Detached: a Ctrl-C at the terminal reaches us only, and the guard ends the broker in order.
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
    env: environment,
  })
  const line = logOf(guard)
  const order = async (word: 'start' | 'kill', sign: string) => {
    const done = line(sign)
    guard.stdin.write(`${word}\n`)
    await done
  }
  return {
    url: `amqp://acci:${password}@127.0.0.1:${port}`,
    start: () => order('start', 'Server startup complete'),
    async flush() {
      await promisify(execFile)(join(dirname(program), 'rabbitmqctl'), ['eval', FLUSH], { env: environment })
    },
    kill: () => order('kill', 'broker: killed'),
    async remove() {
      if (guard.exitCode === null && guard.signalCode === null) {
        const exited = once(guard, 'exit')
        guard.stdin.end()
        await exited
      }
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
