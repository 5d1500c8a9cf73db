package parley.interop.cxf;

import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What CXF logs, one line each; the client tells by it how Renew and Cancel ended, which CXF itself swallows. */
final class Warnings extends Handler {
  private final List<String> lines = new ArrayList<>();

  static Warnings install() {
    Logger root = Logger.getLogger("");
    for (Handler handler : root.getHandlers()) root.removeHandler(handler);
    Warnings warnings = new Warnings();
    root.addHandler(warnings);
    return warnings;
  }

  @Override
  public synchronized void publish(LogRecord record) {
    if (record.getLevel().intValue() < java.util.logging.Level.WARNING.intValue()) return;
    StringBuilder text = new StringBuilder(String.valueOf(record.getMessage()));
    if (record.getParameters() != null) for (Object p : record.getParameters()) text.append(" [").append(p).append(']');
    for (Throwable t = record.getThrown(); t != null; t = t.getCause()) {
      text.append(" <- ").append(t.getClass().getSimpleName()).append(": ").append(t.getMessage());
      if (t.getStackTrace().length > 0) text.append(" @").append(t.getStackTrace()[0]);
    }
    String logger = String.valueOf(record.getLoggerName()).replaceAll(".*\\.", "");
    String line = logger + " " + text.toString().replace('\n', ' ');
    lines.add(line);
    System.out.println("LOG " + line);
  }

  synchronized String take(String what) {
    String found = null;
    for (String line : lines) if (line.contains(what)) found = line;
    lines.clear();
    return found;
  }

  @Override
  public void flush() {}

  @Override
  public void close() {}
}
