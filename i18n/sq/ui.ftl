app-title = { service-name }
button-save = Ruaj
button-cancel = Anulo
user-count =
    { $count ->
        [one] { $count } përdorues në linjë
       *[other] { $count } përdorues në linjë
    }
invitation-choose-password = Zgjidhni një fjalëkalim për ta pranuar.
invitation-display-name = Emri juaj (jo i detyrueshëm)
invitation-password = Fjalëkalimi
invitation-password-rules = Të paktën { $min } karaktere, me shkronja të mëdha e të vogla, një shifër dhe një karakter të veçantë.
invitation-accept = Pranoje ftesën
invitation-accepted = E pranuat ftesën. Tani mund të identifikoheni te { $tenantName } me adresën tuaj të e-mailit dhe me fjalëkalimin.
