package parley.interop;

import javax.xml.XMLConstants;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import javax.xml.stream.XMLStreamWriter;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/** A stream of XML events into a document, or into a writer. */
final class StreamCopy {
  private StreamCopy() {}

  static Document toDocument(XMLStreamReader reader) throws Exception {
    Document document = Xml.empty();
    Node parent = document;
    while (reader.hasNext()) {
      switch (reader.next()) {
        case XMLStreamConstants.START_ELEMENT -> parent = parent.appendChild(elementOf(reader, document));
        case XMLStreamConstants.END_ELEMENT -> parent = parent.getParentNode();
        case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA ->
            parent.appendChild(document.createTextNode(reader.getText()));
        default -> {}
      }
    }
    return document;
  }

  private static Element elementOf(XMLStreamReader reader, Document document) {
    Element element =
        document.createElementNS(reader.getNamespaceURI(), qualified(reader.getPrefix(), reader.getLocalName()));
    for (int index = 0; index < reader.getNamespaceCount(); index++) {
      String prefix = reader.getNamespacePrefix(index);
      String name = prefix == null || prefix.isEmpty() ? "xmlns" : "xmlns:" + prefix;
      String uri = reader.getNamespaceURI(index);
      element.setAttributeNS(XMLConstants.XMLNS_ATTRIBUTE_NS_URI, name, uri == null ? "" : uri);
    }
    for (int index = 0; index < reader.getAttributeCount(); index++) {
      String name = qualified(reader.getAttributePrefix(index), reader.getAttributeLocalName(index));
      String uri = reader.getAttributeNamespace(index);
      element.setAttributeNS(uri == null || uri.isEmpty() ? null : uri, name, reader.getAttributeValue(index));
    }
    return element;
  }

  static void write(XMLStreamReader reader, XMLStreamWriter writer) throws XMLStreamException {
    while (reader.hasNext()) {
      switch (reader.next()) {
        case XMLStreamConstants.START_ELEMENT -> start(reader, writer);
        case XMLStreamConstants.END_ELEMENT -> writer.writeEndElement();
        case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> writer.writeCharacters(reader.getText());
        case XMLStreamConstants.END_DOCUMENT -> writer.writeEndDocument();
        default -> {}
      }
    }
    writer.close();
  }

  private static void start(XMLStreamReader reader, XMLStreamWriter writer) throws XMLStreamException {
    String prefix = reader.getPrefix() == null ? "" : reader.getPrefix();
    String uri = reader.getNamespaceURI() == null ? "" : reader.getNamespaceURI();
    writer.writeStartElement(prefix, reader.getLocalName(), uri);
    for (int index = 0; index < reader.getNamespaceCount(); index++) {
      String declared = reader.getNamespacePrefix(index);
      writer.writeNamespace(declared == null ? "" : declared, reader.getNamespaceURI(index));
    }
    for (int index = 0; index < reader.getAttributeCount(); index++) {
      String attributePrefix = reader.getAttributePrefix(index);
      String attributeUri = reader.getAttributeNamespace(index);
      writer.writeAttribute(
          attributePrefix == null ? "" : attributePrefix,
          attributeUri == null ? "" : attributeUri,
          reader.getAttributeLocalName(index),
          reader.getAttributeValue(index));
    }
  }

  private static String qualified(String prefix, String name) {
    return prefix == null || prefix.isEmpty() ? name : prefix + ":" + name;
  }
}
