validation-failed = Kërkesa nuk është e vlefshme.
    .title = Kërkesë e pavlefshme
validation-required = Kjo e dhënë është e detyrueshme.
    .title = Vlerë që mungon
validation-unknown-field = Kjo fushë nuk pritet këtu.
    .title = Fushë e panjohur
validation-too-long =
    { $max ->
        [one] Më së shumti { $max } karakter.
       *[other] Më së shumti { $max } karaktere.
    }
    .title = Tepër e gjatë
validation-too-short =
    { $min ->
        [one] Të paktën { $min } karakter.
       *[other] Të paktën { $min } karaktere.
    }
    .title = Tepër e shkurtër
validation-too-many-items =
    { $max ->
        [one] Më së shumti { $max } zë.
       *[other] Më së shumti { $max } zëra.
    }
    .title = Tepër zëra
validation-too-few-items =
    { $min ->
        [one] Të paktën { $min } zë.
       *[other] Të paktën { $min } zëra.
    }
    .title = Tepër pak zëra
validation-out-of-range =
    { $bound ->
        [min] Vlera duhet të jetë të paktën { $min }.
        [max] Vlera duhet të jetë më së shumti { $max }.
       *[both] Vlera duhet të jetë nga { $min } deri në { $max }.
    }
    .title = Jashtë kufijve
validation-invalid-format = Formati nuk është i vlefshëm.
    .title = Format i pavlefshëm
validation-invalid-type = Lloji nuk është i vlefshëm.
    .title = Lloj i pavlefshëm
validation-invalid-choice = Kjo nuk është një nga vlerat e lejuara.
    .title = Vlerë e palejuar
validation-not-in-future = Data duhet të jetë në të ardhmen.
    .title = Data nuk është në të ardhmen
validation-payload-too-large = Ngjarjet zënë { $actual } bajte; lejohen më së shumti { $max }.
    .title = Përmbajtje tepër e madhe

password-too-short = Të paktën { $min } karaktere.
    .title = Fjalëkalim tepër i shkurtër
password-too-long = Më së shumti { $max } karaktere.
    .title = Fjalëkalim tepër i gjatë
password-missing-uppercase = Mungon një shkronjë e madhe.
    .title = Pa shkronjë të madhe
password-missing-lowercase = Mungon një shkronjë e vogël.
    .title = Pa shkronjë të vogël
password-missing-number = Mungon një shifër.
    .title = Pa shifër
password-missing-special = Mungon një karakter i veçantë.
    .title = Pa karakter të veçantë
