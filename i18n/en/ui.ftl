app-title = { service-name }
button-save = Save
button-cancel = Cancel
# $count (number): users online
user-count =
    { $count ->
        [one] { $count } user online
       *[other] { $count } users online
    }
