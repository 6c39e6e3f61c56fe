import enErrors from '../../../i18n/en/errors.ftl'
import enValidation from '../../../i18n/en/validation.ftl'
import enUi from '../../../i18n/en/ui.ftl'
import enEmails from '../../../i18n/en/emails.ftl'
import deErrors from '../../../i18n/de/errors.ftl'
import deValidation from '../../../i18n/de/validation.ftl'
import deUi from '../../../i18n/de/ui.ftl'
import deEmails from '../../../i18n/de/emails.ftl'
import sqErrors from '../../../i18n/sq/errors.ftl'
import sqValidation from '../../../i18n/sq/validation.ftl'
import sqUi from '../../../i18n/sq/ui.ftl'
import sqEmails from '../../../i18n/sq/emails.ftl'
import frErrors from '../../../i18n/fr/errors.ftl'
import frValidation from '../../../i18n/fr/validation.ftl'
import frUi from '../../../i18n/fr/ui.ftl'
import frEmails from '../../../i18n/fr/emails.ftl'
import esErrors from '../../../i18n/es/errors.ftl'
import esValidation from '../../../i18n/es/validation.ftl'
import esUi from '../../../i18n/es/ui.ftl'
import esEmails from '../../../i18n/es/emails.ftl'
import type { Language } from './languages.ts'

/** Every message file, compiled in as text: one source for both runtimes. */
export const CATALOGUE: Readonly<Record<Language, readonly string[]>> = {
  en: [enErrors, enValidation, enUi, enEmails],
  de: [deErrors, deValidation, deUi, deEmails],
  sq: [sqErrors, sqValidation, sqUi, sqEmails],
  fr: [frErrors, frValidation, frUi, frEmails],
  es: [esErrors, esValidation, esUi, esEmails],
}
