# The name of the product, the same in every language.
service-name = ACCI
