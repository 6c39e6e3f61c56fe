request-unreadable = No se pudo leer la solicitud.
    .title = Solicitud ilegible
request-too-deep = El JSON está anidado a más de { $max } niveles.
    .title = Anidamiento excesivo
request-too-large = El cuerpo supera los { $max } bytes.
    .title = Solicitud demasiado grande
request-unsupported-media-type = Envíe el cuerpo como application/json.
    .title = Tipo de contenido no admitido
request-invalid-header = La cabecera { $header } no es válida.
    .title = Cabecera no válida
request-rate-limited = Demasiadas solicitudes. Inténtelo de nuevo más tarde.
    .title = Demasiadas solicitudes

resource-not-found = Este recurso no existe.
    .title = No encontrado

route-not-found = No hay nada en esta dirección.
    .title = Dirección inexistente
route-method-not-allowed = Esta dirección no admite el método.
    .title = Método no permitido

access-denied = No tiene permiso para hacer esto.
    .title = Acceso denegado
unauthenticated = Inicie sesión.
    .title = Sesión no iniciada
tenant-required = Indique en qué inquilino desea iniciar sesión.
    .title = Falta el inquilino

idempotency-key-reused = Esta clave de idempotencia se usó para otra solicitud.
    .title = Clave de idempotencia reutilizada

precondition-failed = Ha cambiado entretanto: se esperaba la versión { NUMBER($expected, useGrouping: 0) } y la actual es { NUMBER($actual, useGrouping: 0) }.
    .title = Modificado entretanto

consistency-not-reached = Los datos que ya ha visto aún no están disponibles aquí. Inténtelo de nuevo.
    .title = Datos aún sin actualizar

service-unavailable = El servicio no está disponible en este momento. Inténtelo de nuevo.
    .title = Servicio no disponible
event-store-backlog-full = Demasiados cambios de esta organización están todavía pendientes de guardarse. No se ha conservado nada de esta solicitud. Inténtelo de nuevo más tarde.
    .title = No disponible por ahora

internal-error = Se ha producido un error por nuestra parte. Indique { $requestId } si lo comunica.
    .title = Error interno

tenant-invalid-name = El nombre debe tener de { $min } a { $max } caracteres.
    .title = Nombre no válido
tenant-invalid-slug = El nombre corto no es válido.
    .title = Nombre corto no válido
tenant-slug-taken = El nombre corto «{ $name }» ya está en uso.
    .title = Nombre corto en uso
tenant-custom-domain-taken = El dominio { $name } ya está en uso.
    .title = Dominio en uso
tenant-already-exists = Este inquilino ya existe.
    .title = El inquilino ya existe
tenant-invalid-email-domain = No se permiten direcciones de { $domain }.
    .title = Dominio de correo no permitido
tenant-invalid-subscription-plan = Este plan no existe.
    .title = Plan desconocido
tenant-downgrade-not-possible = El inquilino tiene más usuarios de los que permite el plan ({ $max }).
    .title = Plan insuficiente
tenant-invalid-settings =
    { $reason ->
        [feature] No existe la función «{ $value }».
        [maxUsers] El límite de usuarios supera el que permite el plan ({ $value }).
        [password] El inicio de sesión con contraseña debe seguir permitido: aún no hay otro disponible.
        [requireMfa] No se puede exigir un segundo factor: aún no está disponible.
       *[other] La configuración no es válida.
    }
    .title = Configuración no válida
tenant-invalid-settings-transition = El límite de usuarios no puede pasar de { $from } a { $to }: hay más registrados.
    .title = Límite de usuarios insuficiente
tenant-invalid-retention-period = Los datos se conservan de { $min } a { $max } días.
    .title = Período de conservación no válido
tenant-has-active-users =
    { $count ->
        [one] { $count } usuario más sigue activo.
        [many] { $count } de usuarios más siguen activos.
       *[other] { $count } usuarios más siguen activos.
    }
    .title = Usuarios aún activos
tenant-active-subscription-exists = El inquilino aún tiene una suscripción de pago.
    .title = Suscripción activa
tenant-deleted = El inquilino se ha eliminado.
    .title = Inquilino eliminado
tenant-platform-protected = El inquilino de la plataforma no se puede eliminar.
    .title = Inquilino de la plataforma protegido
operation-expired = Esta solicitud esperó demasiado y no se llevó a cabo. Puede enviarla de nuevo.
    .title = Solicitud caducada
operation-abandoned = Esta solicitud se abandonó tras varios intentos. Puede enviarla de nuevo sin riesgo con el mismo Idempotency-Key.
    .title = Solicitud abandonada
tenant-fenced = Los cambios en esta organización están suspendidos mientras se comprueba su historial. No se ha conservado nada de esta solicitud.
    .title = Cambios suspendidos
tenant-fence-changed = Este bloqueo ya no está vigente. Vuelva a comprobarlo antes de levantar otro.
    .title = El bloqueo ha cambiado

user-already-exists = Ya hay alguien registrado con esta dirección.
    .title = Ya registrado
user-quota-exceeded =
    { $max ->
        [one] No queda ninguna plaza libre: el inquilino tiene { $max } plaza.
        [many] No queda ninguna plaza libre: el inquilino tiene { $max } de plazas.
       *[other] No queda ninguna plaza libre: el inquilino tiene { $max } plazas.
    }
    .title = Sin plazas libres
user-email-domain-not-allowed = No se permiten direcciones de { $domain }.
    .title = Dominio de correo no permitido
user-invalid-role = El rol «{ $role }» no existe.
    .title = Rol desconocido
user-invalid-role-change = El rol no se puede cambiar así.
    .title = Cambio de rol no posible
user-invalid-display-name = El nombre debe tener de { $min } a { $max } caracteres.
    .title = Nombre no válido
user-email-change-not-allowed = La dirección podrá cambiarse de nuevo a partir del { $until } (UTC).
    .title = Dirección cambiada hace poco
user-last-admin = El inquilino debe conservar un administrador.
    .title = Último administrador
user-deactivated = El usuario está desactivado.
    .title = Usuario desactivado
user-not-deactivated = El usuario no está desactivado.
    .title = Usuario no desactivado
user-permanently-deactivated = El usuario está desactivado de forma definitiva.
    .title = Desactivado definitivamente
user-missing-reactivation-date = Una desactivación temporal requiere una fecha de reactivación.
    .title = Falta la fecha de reactivación
user-reactivation-date-out-of-range = La fecha debe estar entre { $minHours } h y { $maxDays } días en el futuro.
    .title = Fecha de reactivación fuera de rango

invitation-not-found = Esta invitación no existe.
    .title = Invitación no encontrada
invitation-already-used = Esta invitación ya se ha utilizado.
    .title = Invitación ya utilizada
invitation-expired = Esta invitación ha caducado.
    .title = Invitación caducada

auth-invalid-credentials = La dirección o la contraseña es incorrecta.
    .title = Inicio de sesión fallido
auth-too-many-attempts =
    { $seconds ->
        [one] Demasiados intentos. Inténtelo de nuevo en { $seconds } segundo.
        [many] Demasiados intentos. Inténtelo de nuevo en { $seconds } de segundos.
       *[other] Demasiados intentos. Inténtelo de nuevo en { $seconds } segundos.
    }
    .title = Demasiados intentos
auth-invalid-auth-method = Este modo de inicio de sesión no está disponible.
    .title = Modo de inicio de sesión no disponible
auth-ip-not-allowed = No se permite iniciar sesión desde su red.
    .title = Red no permitida
auth-hashing-busy = Demasiadas personas inician sesión ahora mismo. Inténtelo de nuevo.
    .title = Inicio de sesión saturado
