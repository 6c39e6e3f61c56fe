import deEmails from '../../../i18n/de/emails.ftl'
import deErrors from '../../../i18n/de/errors.ftl'
import deSystem from '../../../i18n/de/system.ftl'
import deUi from '../../../i18n/de/ui.ftl'
import deValidation from '../../../i18n/de/validation.ftl'
import enEmails from '../../../i18n/en/emails.ftl'
import enErrors from '../../../i18n/en/errors.ftl'
import enSystem from '../../../i18n/en/system.ftl'
import enUi from '../../../i18n/en/ui.ftl'
import enValidation from '../../../i18n/en/validation.ftl'
import esEmails from '../../../i18n/es/emails.ftl'
import esErrors from '../../../i18n/es/errors.ftl'
import esSystem from '../../../i18n/es/system.ftl'
import esUi from '../../../i18n/es/ui.ftl'
import esValidation from '../../../i18n/es/validation.ftl'
import frEmails from '../../../i18n/fr/emails.ftl'
import frErrors from '../../../i18n/fr/errors.ftl'
import frSystem from '../../../i18n/fr/system.ftl'
import frUi from '../../../i18n/fr/ui.ftl'
import frValidation from '../../../i18n/fr/validation.ftl'
import sqEmails from '../../../i18n/sq/emails.ftl'
import sqErrors from '../../../i18n/sq/errors.ftl'
import sqSystem from '../../../i18n/sq/system.ftl'
import sqUi from '../../../i18n/sq/ui.ftl'
import sqValidation from '../../../i18n/sq/validation.ftl'
import type { Language } from './languages.ts'

/** Every message file, compiled in as text: one source for both runtimes. */
export const CATALOGUE: Readonly<Record<Language, readonly string[]>> = {
  en: [enErrors, enSystem, enValidation, enUi, enEmails],
  de: [deErrors, deSystem, deValidation, deUi, deEmails],
  sq: [sqErrors, sqSystem, sqValidation, sqUi, sqEmails],
  fr: [frErrors, frSystem, frValidation, frUi, frEmails],
  es: [esErrors, esSystem, esValidation, esUi, esEmails],
}
