app-title = { service-name }
button-save = Guardar
button-cancel = Cancelar
user-count =
    { $count ->
        [one] { $count } usuario en línea
        [many] { $count } de usuarios en línea
       *[other] { $count } usuarios en línea
    }
invitation-choose-password = Elija una contraseña para aceptarla.
invitation-display-name = Su nombre (opcional)
invitation-password = Contraseña
invitation-password-rules = Al menos { $min } caracteres, con mayúsculas, minúsculas, un número y un carácter especial.
invitation-accept = Aceptar la invitación
invitation-accepted = Ha aceptado la invitación. Ya puede iniciar sesión en { $tenantName } con su dirección de correo electrónico y su contraseña.
