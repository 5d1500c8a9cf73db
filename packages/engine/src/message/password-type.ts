/** How a UsernameToken shows that its sender knows the password. */
export type PasswordType = 'text' | 'digest';
