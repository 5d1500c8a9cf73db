package parley.interop;

/** A secured message, and the content of its soap:Body before it was secured, in canonical form. */
record Sealed(String message, String payload) {}
