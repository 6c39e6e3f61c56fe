request-unreadable = La requête n’a pas pu être lue.
    .title = Requête illisible
request-too-deep = Le JSON est imbriqué sur plus de { $max } niveaux.
    .title = Imbrication trop profonde
request-too-large = Le corps dépasse { $max } octets.
    .title = Requête trop volumineuse
request-unsupported-media-type = Envoyez le corps au format application/json.
    .title = Type de média non pris en charge
request-invalid-header = L’en-tête { $header } n’est pas valide.
    .title = En-tête non valide
request-rate-limited = Trop de requêtes. Veuillez réessayer plus tard.
    .title = Trop de requêtes

resource-not-found = Cette ressource n’existe pas.
    .title = Introuvable

route-not-found = Il n’y a rien à cette adresse.
    .title = Adresse inconnue
route-method-not-allowed = Cette adresse ne prend pas en charge la méthode.
    .title = Méthode non autorisée

access-denied = Vous n’avez pas l’autorisation d’effectuer cette action.
    .title = Accès refusé
unauthenticated = Veuillez vous connecter.
    .title = Non connecté
tenant-required = Veuillez indiquer le locataire auquel vous souhaitez vous connecter.
    .title = Locataire requis

idempotency-key-reused = Cette clé d’idempotence a servi à une autre requête.
    .title = Clé d’idempotence déjà utilisée

precondition-failed = Modifié entre-temps : la version { NUMBER($expected, useGrouping: 0) } était attendue, la version actuelle est { NUMBER($actual, useGrouping: 0) }.
    .title = Modifié entre-temps

consistency-not-reached = Les données que vous avez déjà vues ne sont pas encore disponibles ici. Veuillez réessayer.
    .title = Données pas encore à jour

service-unavailable = Le service est momentanément indisponible. Veuillez réessayer.
    .title = Service indisponible
event-store-backlog-full = Trop de modifications de cette organisation attendent encore d’être enregistrées. Rien de cette demande n’a été conservé. Veuillez réessayer plus tard.
    .title = Indisponible pour le moment

internal-error = Une erreur s’est produite de notre côté. Veuillez mentionner { $requestId } si vous la signalez.
    .title = Erreur interne

tenant-invalid-name = Le nom doit comporter de { $min } à { $max } caractères.
    .title = Nom non valide
tenant-invalid-slug = Le nom abrégé n’est pas valide.
    .title = Nom abrégé non valide
tenant-slug-taken = Le nom abrégé « { $name } » est déjà pris.
    .title = Nom abrégé déjà pris
tenant-custom-domain-taken = Le domaine { $name } est déjà utilisé.
    .title = Domaine déjà utilisé
tenant-already-exists = Ce locataire existe déjà.
    .title = Locataire existant
tenant-invalid-email-domain = Les adresses de { $domain } ne sont pas autorisées.
    .title = Domaine de messagerie non autorisé
tenant-invalid-subscription-plan = Cette formule n’existe pas.
    .title = Formule inconnue
tenant-downgrade-not-possible = Le locataire compte plus d’utilisateurs que n’en autorise la formule ({ $max }).
    .title = Formule insuffisante
tenant-invalid-settings =
    { $reason ->
        [feature] La fonction « { $value } » n’existe pas.
        [maxUsers] La limite d’utilisateurs dépasse celle de la formule ({ $value }).
        [password] La connexion par mot de passe doit rester autorisée : aucun autre mode n’est encore disponible.
        [requireMfa] Un second facteur ne peut pas être exigé : il n’est pas encore disponible.
       *[other] Les paramètres ne sont pas valides.
    }
    .title = Paramètres non valides
tenant-invalid-settings-transition = La limite d’utilisateurs ne peut pas passer de { $from } à { $to } : davantage sont enregistrés.
    .title = Limite d’utilisateurs trop basse
tenant-invalid-retention-period = Les données sont conservées de { $min } à { $max } jours.
    .title = Durée de conservation non valide
tenant-has-active-users =
    { $count ->
        [one] { $count } autre utilisateur est encore actif.
        [many] { $count } d’autres utilisateurs sont encore actifs.
       *[other] { $count } autres utilisateurs sont encore actifs.
    }
    .title = Utilisateurs encore actifs
tenant-active-subscription-exists = Le locataire a encore un abonnement payant.
    .title = Abonnement en cours
tenant-deleted = Le locataire a été supprimé.
    .title = Locataire supprimé
tenant-platform-protected = Le locataire de la plateforme ne peut pas être supprimé.
    .title = Locataire de la plateforme protégé
operation-expired = Cette demande a attendu trop longtemps et n’a pas été exécutée. Vous pouvez l’envoyer à nouveau.
    .title = Demande expirée
operation-abandoned = Cette demande a été abandonnée après plusieurs tentatives. Vous pouvez l’envoyer à nouveau sans risque avec le même Idempotency-Key.
    .title = Demande abandonnée
tenant-fenced = Les modifications de cette organisation sont suspendues le temps de vérifier son historique. Rien de cette demande n’a été conservé.
    .title = Modifications suspendues
tenant-fence-changed = Ce blocage n’existe plus. Vérifiez de nouveau avant d’en lever un autre.
    .title = Le blocage a changé

user-already-exists = Une personne est déjà enregistrée avec cette adresse.
    .title = Déjà enregistré
user-quota-exceeded = Il ne reste aucune place : le locataire en compte { $max }.
    .title = Plus de place disponible
user-email-domain-not-allowed = Les adresses de { $domain } ne sont pas autorisées.
    .title = Domaine de messagerie non autorisé
user-invalid-role = Le rôle « { $role } » n’existe pas.
    .title = Rôle inconnu
user-invalid-role-change = Le rôle ne peut pas être modifié ainsi.
    .title = Changement de rôle impossible
user-invalid-display-name = Le nom doit comporter de { $min } à { $max } caractères.
    .title = Nom non valide
user-email-change-not-allowed = L’adresse pourra de nouveau être modifiée à partir du { $until } (UTC).
    .title = Adresse modifiée récemment
user-last-admin = Le locataire doit conserver un administrateur.
    .title = Dernier administrateur
user-deactivated = L’utilisateur est désactivé.
    .title = Utilisateur désactivé
user-not-deactivated = L’utilisateur n’est pas désactivé.
    .title = Utilisateur non désactivé
user-permanently-deactivated = L’utilisateur est désactivé définitivement.
    .title = Désactivé définitivement
user-missing-reactivation-date = Une désactivation temporaire exige une date de réactivation.
    .title = Date de réactivation manquante
user-reactivation-date-out-of-range = La date doit se situer entre { $minHours } h et { $maxDays } jours dans le futur.
    .title = Date de réactivation hors limites

invitation-not-found = Cette invitation n’existe pas.
    .title = Invitation introuvable
invitation-already-used = Cette invitation a déjà été utilisée.
    .title = Invitation déjà utilisée
invitation-expired = Cette invitation a expiré.
    .title = Invitation expirée

auth-invalid-credentials = L’adresse ou le mot de passe est incorrect.
    .title = Échec de la connexion
auth-too-many-attempts =
    { $seconds ->
        [one] Trop de tentatives. Réessayez dans { $seconds } seconde.
        [many] Trop de tentatives. Réessayez dans { $seconds } de secondes.
       *[other] Trop de tentatives. Réessayez dans { $seconds } secondes.
    }
    .title = Trop de tentatives
auth-invalid-auth-method = Ce mode de connexion n’est pas disponible.
    .title = Mode de connexion indisponible
auth-ip-not-allowed = La connexion depuis votre réseau n’est pas autorisée.
    .title = Réseau non autorisé
auth-hashing-busy = Trop de personnes se connectent en ce moment. Veuillez réessayer.
    .title = Connexion saturée
