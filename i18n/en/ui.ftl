app-title = ACCI
button-save = Save
button-cancel = Cancel
user-count =
  { $count ->
    [one] { $count } user online
   *[other] { $count } users online
  }
