package parley.interop.liberty;

public abstract class EchoBase {
  public String echo(String text) {
    if ("fail".equals(text)) throw new IllegalStateException("asked to fail");
    return text;
  }
}
