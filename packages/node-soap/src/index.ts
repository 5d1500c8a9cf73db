export type { SecureConversationOptions } from './secure-conversation.ts';
export { SecureConversation } from './secure-conversation.ts';
