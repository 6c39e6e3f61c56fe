service-name = ACCI
