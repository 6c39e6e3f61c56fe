app-title = { service-name }
button-save = Ruaj
button-cancel = Anulo
user-count =
    { $count ->
        [one] { $count } përdorues në linjë
       *[other] { $count } përdorues në linjë
    }
