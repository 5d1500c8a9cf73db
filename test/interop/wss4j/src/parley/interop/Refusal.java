package parley.interop;

import java.security.GeneralSecurityException;
import org.apache.wss4j.common.ext.WSSecurityException;
import org.apache.xml.security.exceptions.XMLSecurityException;

/** WSS4J's own verdict on a message, as opposed to an accident. */
record Refusal(String kind, String reason) {
  /** The verdict inside {@code error}, or null if there is none. */
  static Refusal of(Throwable error) {
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (cause instanceof WSSecurityException verdict) {
        return new Refusal(verdict.getErrorCode().name(), verdict.getMessage());
      }
      // The streaming engine lets the verdicts of what is below it through as they are.
      if (cause instanceof XMLSecurityException || cause instanceof GeneralSecurityException) {
        return new Refusal(cause.getClass().getSimpleName(), cause.getMessage());
      }
    }
    return null;
  }
}
