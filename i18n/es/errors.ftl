# Titles of problem documents, by HTTP status.
problem-title-400 = Solicitud incorrecta
problem-title-401 = No autenticado
problem-title-403 = No permitido
problem-title-404 = No encontrado
problem-title-405 = Método no permitido
problem-title-409 = Conflicto
problem-title-412 = Modificado entretanto
problem-title-413 = Demasiado grande
problem-title-415 = Tipo de medio no admitido
problem-title-422 = No válido
problem-title-429 = Demasiadas solicitudes
problem-title-500 = Error interno
problem-title-503 = No disponible

# Refusals, by error code.
request-unreadable = No se pudo leer la solicitud.
request-too-deep = El JSON está anidado a más de { $max } niveles.
request-too-large = El cuerpo supera los { $max } bytes.
request-unsupported-media-type = Envíe el cuerpo como application/json.
request-invalid-header = La cabecera { $header } no es válida.
request-rate-limited = Demasiadas solicitudes. Inténtelo de nuevo más tarde.
resource-not-found = Este recurso no existe.
route-not-found = No hay nada en esta dirección.
route-method-not-allowed = Esta dirección no admite el método.
access-denied = No tiene permiso para hacer esto.
unauthenticated = Inicie sesión.
tenant-required = Indique en qué inquilino desea iniciar sesión.
idempotency-key-reused = Esta clave de idempotencia se usó para otra solicitud.
precondition-failed = Ha cambiado entretanto: se esperaba la versión { $expected } y la actual es { $actual }.
consistency-not-reached = Los datos que ya ha visto aún no están disponibles aquí. Inténtelo de nuevo.
service-unavailable = El servicio no está disponible en este momento. Inténtelo de nuevo.
internal-error = Algo ha fallado por nuestra parte. Mencione { $requestId }.
tenant-invalid-name = El nombre debe tener de { $min } a { $max } caracteres.
tenant-invalid-slug = El nombre corto no es válido.
tenant-slug-taken = El nombre corto «{ $name }» ya está en uso.
tenant-custom-domain-taken = El dominio { $name } ya está en uso.
tenant-already-exists = Este inquilino ya existe.
tenant-invalid-email-domain = No se permiten direcciones de { $domain }.
tenant-invalid-subscription-plan = Este plan no existe.
tenant-downgrade-not-possible = El plan permite { $max } usuarios como máximo; el inquilino tiene más.
tenant-invalid-settings = La configuración no es válida: { $reason }.
tenant-invalid-settings-transition = El límite no puede pasar de { $from } a { $to } usuarios: hay más registrados.
tenant-invalid-retention-period = Los datos se conservan de { $min } a { $max } días.
tenant-has-active-users =
  { $count ->
    [one] { $count } usuario más sigue activo.
    [many] { $count } de usuarios más siguen activos.
   *[other] { $count } usuarios más siguen activos.
  }
tenant-active-subscription-exists = El inquilino aún tiene una suscripción de pago.
tenant-deleted = El inquilino se ha eliminado.
tenant-platform-protected = El inquilino de la plataforma no se puede eliminar.
user-already-exists = Ya hay alguien registrado con esta dirección.
user-quota-exceeded = Las { $max } plazas están ocupadas.
user-email-domain-not-allowed = No se permiten direcciones de { $domain }.
user-invalid-role = El rol «{ $role }» no existe.
user-invalid-role-change = El rol no se puede cambiar así.
user-invalid-display-name = El nombre debe tener de { $min } a { $max } caracteres.
user-email-change-not-allowed = La dirección podrá cambiarse de nuevo a partir del { $until }.
user-last-admin = El inquilino debe conservar un administrador.
user-deactivated = El usuario está desactivado.
user-not-deactivated = El usuario no está desactivado.
user-permanently-deactivated = El usuario está desactivado de forma definitiva.
user-missing-reactivation-date = Una desactivación temporal requiere una fecha de reactivación.
user-reactivation-date-out-of-range = La fecha debe estar al menos { $minHours } h y como máximo { $maxDays } días en el futuro.
invitation-not-found = Esta invitación no existe.
invitation-already-used = Esta invitación ya se ha utilizado.
invitation-expired = Esta invitación ha caducado.
auth-invalid-credentials = La dirección o la contraseña es incorrecta.
auth-too-many-attempts =
  { $seconds ->
    [one] Demasiados intentos. Inténtelo de nuevo en { $seconds } segundo.
    [many] Demasiados intentos. Inténtelo de nuevo en { $seconds } de segundos.
   *[other] Demasiados intentos. Inténtelo de nuevo en { $seconds } segundos.
  }
auth-invalid-auth-method = Este modo de inicio de sesión no está disponible.
auth-ip-not-allowed = No se permite iniciar sesión desde su red.
auth-hashing-busy = Demasiadas personas inician sesión ahora mismo. Inténtelo de nuevo.
