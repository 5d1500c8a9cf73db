/** How long a Timestamp lives, and an old key after a renewal, when nobody says otherwise. */
export const FIVE_MINUTES_MS = 300_000;
