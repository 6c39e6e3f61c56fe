app-title = { service-name }
button-save = Guardar
button-cancel = Cancelar
user-count =
    { $count ->
        [one] { $count } usuario en línea
        [many] { $count } de usuarios en línea
       *[other] { $count } usuarios en línea
    }
