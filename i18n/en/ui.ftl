app-title = { service-name }
button-save = Save
button-cancel = Cancel
# $count (number): users online
user-count =
    { $count ->
        [one] { $count } user online
       *[other] { $count } users online
    }
invitation-choose-password = Choose a password to accept it.
invitation-display-name = Your name (optional)
invitation-password = Password
# $min (number): the shortest password the tenant takes
invitation-password-rules = At least { $min } characters, with upper and lower case letters, a digit and a special character.
invitation-accept = Accept the invitation
# $tenantName (string): name of the tenant
invitation-accepted = You have accepted the invitation. You can now sign in to { $tenantName } with your e-mail address and your password.
