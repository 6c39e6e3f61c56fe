### Faults of a request and of its single fields, by error code.

validation-failed = The request is not valid.
    .title = Invalid request
validation-required = This is required.
    .title = Missing value
validation-unknown-field = This field is not expected here.
    .title = Unknown field
# $max (number): characters allowed
validation-too-long =
    { $max ->
        [one] At most { $max } character.
       *[other] At most { $max } characters.
    }
    .title = Too long
# $min (number): characters needed
validation-too-short =
    { $min ->
        [one] At least { $min } character.
       *[other] At least { $min } characters.
    }
    .title = Too short
# $max (number): entries allowed
validation-too-many-items =
    { $max ->
        [one] At most { $max } entry.
       *[other] At most { $max } entries.
    }
    .title = Too many entries
# $min (number): entries needed
validation-too-few-items =
    { $min ->
        [one] At least { $min } entry.
       *[other] At least { $min } entries.
    }
    .title = Too few entries
# $bound (string): "min" or "max" when only that one is known, else "both"
# $min (number): least, or as the API spells a duration
# $max (number): most, or as the API spells a duration
validation-out-of-range =
    { $bound ->
        [min] The value must be at least { $min }.
        [max] The value must be at most { $max }.
       *[both] The value must be from { $min } to { $max }.
    }
    .title = Out of range
validation-invalid-format = The format is not valid.
    .title = Invalid format
validation-invalid-type = The type is not valid.
    .title = Invalid type
validation-invalid-choice = This is none of the allowed values.
    .title = Value not allowed
validation-not-in-future = The date must lie in the future.
    .title = Date not in the future
# $actual (number): bytes of the events
# $max (number): bytes allowed
validation-payload-too-large = This makes { $actual } bytes of events; at most { $max } are allowed.
    .title = Content too large

# $min (number): characters needed
password-too-short = At least { $min } characters.
    .title = Password too short
# $max (number): characters allowed
password-too-long = At most { $max } characters.
    .title = Password too long
password-missing-uppercase = An upper-case letter is missing.
    .title = No upper-case letter
password-missing-lowercase = A lower-case letter is missing.
    .title = No lower-case letter
password-missing-number = A digit is missing.
    .title = No digit
password-missing-special = A special character is missing.
    .title = No special character
