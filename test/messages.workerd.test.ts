import { messagesContract } from './contract/messages.contract.ts'

messagesContract()
