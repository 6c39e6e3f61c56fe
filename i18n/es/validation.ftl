validation-failed = La solicitud no es válida.
    .title = Solicitud no válida
validation-required = Este dato es obligatorio.
    .title = Falta un dato
validation-unknown-field = Este campo no se espera aquí.
    .title = Campo desconocido
validation-too-long =
    { $max ->
        [one] { $max } carácter como máximo.
        [many] { $max } de caracteres como máximo.
       *[other] { $max } caracteres como máximo.
    }
    .title = Demasiado largo
validation-too-short =
    { $min ->
        [one] { $min } carácter como mínimo.
        [many] { $min } de caracteres como mínimo.
       *[other] { $min } caracteres como mínimo.
    }
    .title = Demasiado corto
validation-too-many-items =
    { $max ->
        [one] { $max } entrada como máximo.
        [many] { $max } de entradas como máximo.
       *[other] { $max } entradas como máximo.
    }
    .title = Demasiadas entradas
validation-too-few-items =
    { $min ->
        [one] { $min } entrada como mínimo.
        [many] { $min } de entradas como mínimo.
       *[other] { $min } entradas como mínimo.
    }
    .title = Muy pocas entradas
validation-out-of-range =
    { $bound ->
        [min] El valor debe ser como mínimo { $min }.
        [max] El valor debe ser como máximo { $max }.
       *[both] El valor debe estar entre { $min } y { $max }.
    }
    .title = Fuera de rango
validation-invalid-format = El formato no es válido.
    .title = Formato no válido
validation-invalid-type = El tipo no es válido.
    .title = Tipo no válido
validation-invalid-choice = No es uno de los valores permitidos.
    .title = Valor no permitido
validation-not-in-future = La fecha debe estar en el futuro.
    .title = Fecha no futura
validation-payload-too-large = Esto supone { $actual } bytes de eventos; se permiten { $max } como máximo.
    .title = Contenido demasiado grande

password-too-short = { $min } caracteres como mínimo.
    .title = Contraseña demasiado corta
password-too-long = { $max } caracteres como máximo.
    .title = Contraseña demasiado larga
password-missing-uppercase = Falta una letra mayúscula.
    .title = Sin mayúsculas
password-missing-lowercase = Falta una letra minúscula.
    .title = Sin minúsculas
password-missing-number = Falta un número.
    .title = Sin números
password-missing-special = Falta un carácter especial.
    .title = Sin caracteres especiales
