# Titles of problem documents, by HTTP status.
problem-title-400 = Requête incorrecte
problem-title-401 = Non authentifié
problem-title-403 = Non autorisé
problem-title-404 = Introuvable
problem-title-405 = Méthode non autorisée
problem-title-409 = Conflit
problem-title-412 = Modifié entre-temps
problem-title-413 = Trop volumineux
problem-title-415 = Type de média non pris en charge
problem-title-422 = Non valide
problem-title-429 = Trop de requêtes
problem-title-500 = Erreur interne
problem-title-503 = Indisponible

# Refusals, by error code.
request-unreadable = La requête n’a pas pu être lue.
request-too-deep = Le JSON est imbriqué sur plus de { $max } niveaux.
request-too-large = Le corps dépasse { $max } octets.
request-unsupported-media-type = Envoyez le corps au format application/json.
request-invalid-header = L’en-tête { $header } n’est pas valide.
request-rate-limited = Trop de requêtes. Veuillez réessayer plus tard.
resource-not-found = Cette ressource n’existe pas.
route-not-found = Il n’y a rien à cette adresse.
route-method-not-allowed = Cette adresse ne prend pas en charge la méthode.
access-denied = Vous n’êtes pas autorisé à faire cela.
unauthenticated = Veuillez vous connecter.
tenant-required = Veuillez indiquer le locataire auquel vous souhaitez vous connecter.
idempotency-key-reused = Cette clé d’idempotence a servi à une autre requête.
precondition-failed = Modifié entre-temps : la version { $expected } était attendue, { $actual } est la version actuelle.
consistency-not-reached = Les données que vous avez déjà vues ne sont pas encore disponibles ici. Veuillez réessayer.
service-unavailable = Le service est momentanément indisponible. Veuillez réessayer.
internal-error = Une erreur s’est produite de notre côté. Veuillez mentionner { $requestId }.
tenant-invalid-name = Le nom doit comporter de { $min } à { $max } caractères.
tenant-invalid-slug = Le nom abrégé n’est pas valide.
tenant-slug-taken = Le nom abrégé « { $name } » est déjà pris.
tenant-custom-domain-taken = Le domaine { $name } est déjà utilisé.
tenant-already-exists = Ce locataire existe déjà.
tenant-invalid-email-domain = Les adresses de { $domain } ne sont pas autorisées.
tenant-invalid-subscription-plan = Cette formule n’existe pas.
tenant-downgrade-not-possible = La formule autorise au plus { $max } utilisateurs ; le locataire en compte davantage.
tenant-invalid-settings = Les paramètres ne sont pas valides : { $reason }.
tenant-invalid-settings-transition = La limite ne peut passer de { $from } à { $to } utilisateurs : davantage sont enregistrés.
tenant-invalid-retention-period = Les données sont conservées de { $min } à { $max } jours.
tenant-has-active-users =
  { $count ->
    [one] { $count } autre utilisateur est encore actif.
    [many] { $count } d’autres utilisateurs sont encore actifs.
   *[other] { $count } autres utilisateurs sont encore actifs.
  }
tenant-active-subscription-exists = Le locataire a encore un abonnement payant.
tenant-deleted = Le locataire a été supprimé.
tenant-platform-protected = Le locataire de la plateforme ne peut pas être supprimé.
user-already-exists = Une personne est déjà enregistrée avec cette adresse.
user-quota-exceeded = Les { $max } places sont toutes occupées.
user-email-domain-not-allowed = Les adresses de { $domain } ne sont pas autorisées.
user-invalid-role = Le rôle « { $role } » n’existe pas.
user-invalid-role-change = Le rôle ne peut pas être modifié ainsi.
user-invalid-display-name = Le nom doit comporter de { $min } à { $max } caractères.
user-email-change-not-allowed = L’adresse pourra de nouveau être modifiée à partir du { $until }.
user-last-admin = Le locataire doit conserver un administrateur.
user-deactivated = L’utilisateur est désactivé.
user-not-deactivated = L’utilisateur n’est pas désactivé.
user-permanently-deactivated = L’utilisateur est désactivé définitivement.
user-missing-reactivation-date = Une désactivation temporaire exige une date de réactivation.
user-reactivation-date-out-of-range = La date doit se situer au moins { $minHours } h et au plus { $maxDays } jours dans le futur.
invitation-not-found = Cette invitation n’existe pas.
invitation-already-used = Cette invitation a déjà été utilisée.
invitation-expired = Cette invitation a expiré.
auth-invalid-credentials = L’adresse ou le mot de passe est incorrect.
auth-too-many-attempts =
  { $seconds ->
    [one] Trop de tentatives. Réessayez dans { $seconds } seconde.
    [many] Trop de tentatives. Réessayez dans { $seconds } de secondes.
   *[other] Trop de tentatives. Réessayez dans { $seconds } secondes.
  }
auth-invalid-auth-method = Ce mode de connexion n’est pas disponible.
auth-ip-not-allowed = La connexion depuis votre réseau n’est pas autorisée.
auth-hashing-busy = Trop de personnes se connectent en ce moment. Veuillez réessayer.
