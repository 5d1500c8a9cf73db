/*
 * Times libxmlsec1 (libxml2, OpenSSL) on one thread, on messages whose keys it is told.
 *
 *   xmlsec open <count>   the messages 0.xml, 1.xml, ... of the working folder: octets in, decrypted, signature verified
 *   xmlsec seal <count>   the templates of that name: filled in, signed, encrypted, octets out
 *
 * Beside each message stand its keys: 0.mac to sign with HMAC, or else alice.pem and alice-private.pem; 0.enc to encrypt
 * with AES, or else bob.pem and bob-private.pem for the session key (0.session, when sealing). What is to be encrypted
 * when sealing is said by 0.body and 0.signature: templates of an xenc:EncryptedData.
 *
 * A line {"ms":60} handles the messages in turn for so long, and answers {"messages":1,"wallNs":1,"cpuNs":1}. A line
 * {"write":true} handles the first, writes what came out to out.xml, and answers {}.
 */
#define _GNU_SOURCE
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <xmlsec/crypto.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmlenc.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/xmltree.h>

typedef struct {
  char *octets;
  size_t length;
} Octets;

typedef struct {
  Octets xml;
  xmlSecKeyPtr signing;
  xmlSecKeyPtr encryption;
  Octets session;
  xmlDocPtr body;
  xmlDocPtr signature;
} Message;

static const xmlChar *IDS[] = {BAD_CAST "Id", NULL};
static xmlSecKeyPtr transport;

static void fail(const char *what) {
  fprintf(stderr, "xmlsec: %s\n", what);
  exit(1);
}

static Octets read_file(int number, const char *suffix) {
  char name[64];
  Octets file = {NULL, 0};
  snprintf(name, sizeof name, "%d.%s", number, suffix);
  FILE *in = fopen(name, "rb");
  if (in == NULL) return file;
  fseek(in, 0, SEEK_END);
  file.length = (size_t)ftell(in);
  rewind(in);
  file.octets = malloc(file.length + 1);
  if (fread(file.octets, 1, file.length, in) != file.length) fail("a file cannot be read");
  fclose(in);
  return file;
}

static xmlSecKeyPtr key_of(xmlSecKeyDataId id, Octets octets) {
  return octets.octets == NULL ? NULL : xmlSecKeyReadMemory(id, (xmlSecByte *)octets.octets, octets.length);
}

static xmlSecKeyPtr key_file(const char *name, xmlSecKeyDataFormat format) {
  xmlSecKeyPtr key = xmlSecCryptoAppKeyLoad(name, format, NULL, NULL, NULL);
  if (key == NULL) fail("a key cannot be read");
  return key;
}

static xmlDocPtr parse(Octets octets) {
  return octets.octets == NULL ? NULL : xmlReadMemory(octets.octets, (int)octets.length, NULL, NULL, XML_PARSE_NONET);
}

static xmlNodePtr find(xmlDocPtr doc, const xmlChar *name, const xmlChar *ns) {
  return xmlSecFindNode(xmlDocGetRootElement(doc), name, ns);
}

static xmlSecEncCtxPtr context_of(xmlSecKeyPtr key) {
  xmlSecEncCtxPtr context = xmlSecEncCtxCreate(NULL);
  context->encKey = xmlSecKeyDuplicate(key);
  return context;
}

static xmlSecKeyPtr session_key(xmlDocPtr doc) {
  xmlNodePtr node = find(doc, xmlSecNodeEncryptedKey, xmlSecEncNs);
  if (node == NULL) return NULL;
  xmlSecEncCtxPtr context = context_of(transport);
  context->mode = xmlEncCtxModeEncryptedKey;
  xmlSecBufferPtr octets = xmlSecEncCtxDecryptToBuffer(context, node);
  if (octets == NULL) fail("the session key was not decrypted");
  xmlSecKeyPtr key = xmlSecKeyReadMemory(xmlSecKeyDataAesId, xmlSecBufferGetData(octets), xmlSecBufferGetSize(octets));
  xmlSecEncCtxDestroy(context);
  return key;
}

static xmlDocPtr open_message(const Message *message) {
  xmlDocPtr doc = parse(message->xml);
  xmlSecAddIDs(doc, xmlDocGetRootElement(doc), IDS);
  xmlSecKeyPtr session = message->encryption == NULL ? session_key(doc) : NULL;
  xmlSecKeyPtr key = session == NULL ? message->encryption : session;
  for (xmlNodePtr node; (node = find(doc, xmlSecNodeEncryptedData, xmlSecEncNs)) != NULL;) {
    xmlSecEncCtxPtr context = context_of(key);
    if (xmlSecEncCtxDecrypt(context, node) < 0 || !context->resultReplaced) fail("a part was not decrypted");
    xmlSecEncCtxDestroy(context);
  }
  if (session != NULL) xmlSecKeyDestroy(session);
  xmlSecDSigCtxPtr context = xmlSecDSigCtxCreate(NULL);
  context->signKey = xmlSecKeyDuplicate(message->signing);
  if (xmlSecDSigCtxVerify(context, find(doc, xmlSecNodeSignature, xmlSecDSigNs)) < 0 ||
      context->status != xmlSecDSigStatusSucceeded)
    fail("the signature is not valid");
  xmlSecDSigCtxDestroy(context);
  return doc;
}

static void encrypt_as(xmlDocPtr template, xmlNodePtr node, xmlSecKeyPtr key) {
  xmlNodePtr copy = xmlDocCopyNode(xmlDocGetRootElement(template), node->doc, 1);
  xmlSecEncCtxPtr context = context_of(key);
  if (xmlSecEncCtxXmlEncrypt(context, copy, node) < 0) fail("a part was not encrypted");
  xmlSecEncCtxDestroy(context);
}

static void encrypt_session_key(xmlDocPtr doc, Octets session) {
  xmlSecEncCtxPtr context = context_of(transport);
  context->mode = xmlEncCtxModeEncryptedKey;
  xmlNodePtr node = find(doc, xmlSecNodeEncryptedKey, xmlSecEncNs);
  if (xmlSecEncCtxBinaryEncrypt(context, node, (xmlSecByte *)session.octets, session.length) < 0)
    fail("the session key was not encrypted");
  xmlSecEncCtxDestroy(context);
}

static xmlDocPtr seal_message(const Message *message) {
  xmlDocPtr doc = parse(message->xml);
  xmlSecAddIDs(doc, xmlDocGetRootElement(doc), IDS);
  xmlNodePtr signature = find(doc, xmlSecNodeSignature, xmlSecDSigNs);
  xmlSecDSigCtxPtr context = xmlSecDSigCtxCreate(NULL);
  context->signKey = xmlSecKeyDuplicate(message->signing);
  if (xmlSecDSigCtxSign(context, signature) < 0) fail("the message was not signed");
  xmlSecDSigCtxDestroy(context);
  if (message->session.octets != NULL) encrypt_session_key(doc, message->session);
  if (message->body != NULL) {
    xmlNodePtr body = find(doc, BAD_CAST "Body", xmlDocGetRootElement(doc)->ns->href);
    encrypt_as(message->body, body, message->encryption);
  }
  if (message->signature != NULL) encrypt_as(message->signature, signature, message->encryption);
  return doc;
}

static long ns_of(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return now.tv_sec * 1000000000L + now.tv_nsec;
}

int main(int count_of_words, char **words) {
  if (count_of_words != 3) fail("open or seal, and a count, please");
  int seals = strcmp(words[1], "seal") == 0;
  int count = atoi(words[2]);
  if (xmlSecInit() < 0 || xmlSecCryptoAppInit(NULL) < 0 || xmlSecCryptoInit() < 0) fail("it does not start");
  Message *messages = calloc((size_t)count, sizeof(Message));
  for (int i = 0; i < count; i++) {
    Octets mac = read_file(i, "mac");
    messages[i].xml = read_file(i, "xml");
    messages[i].signing = mac.octets != NULL ? key_of(xmlSecKeyDataHmacId, mac)
                          : seals            ? key_file("alice-private.pem", xmlSecKeyDataFormatPem)
                                             : key_file("alice.pem", xmlSecKeyDataFormatCertPem);
    messages[i].encryption = key_of(xmlSecKeyDataAesId, read_file(i, "enc"));
    messages[i].session = read_file(i, "session");
    messages[i].body = parse(read_file(i, "body"));
    messages[i].signature = parse(read_file(i, "signature"));
    if (mac.octets == NULL && transport == NULL)
      transport = seals ? key_file("bob.pem", xmlSecKeyDataFormatCertPem)
                        : key_file("bob-private.pem", xmlSecKeyDataFormatPem);
  }
  char line[64];
  while (fgets(line, sizeof line, stdin) != NULL) {
    long ms = 0, handled = 0, spent;
    if (sscanf(line, "{\"ms\":%ld", &ms) != 1) {
      xmlDocPtr doc = seals ? seal_message(&messages[0]) : open_message(&messages[0]);
      FILE *out = fopen("out.xml", "wb");
      xmlDocDump(out, doc);
      fclose(out);
      xmlFreeDoc(doc);
      printf("{}\n");
    } else {
      long cpu = ns_of(CLOCK_PROCESS_CPUTIME_ID), start = ns_of(CLOCK_MONOTONIC);
      do {
        const Message *message = &messages[handled++ % count];
        xmlDocPtr doc = seals ? seal_message(message) : open_message(message);
        if (seals) {
          xmlChar *octets;
          int length;
          xmlDocDumpMemory(doc, &octets, &length);
          xmlFree(octets);
        }
        xmlFreeDoc(doc);
        spent = ns_of(CLOCK_MONOTONIC) - start;
      } while (spent < ms * 1000000L);
      cpu = ns_of(CLOCK_PROCESS_CPUTIME_ID) - cpu;
      printf("{\"messages\":%ld,\"wallNs\":%ld,\"cpuNs\":%ld}\n", handled, spent, cpu);
    }
    fflush(stdout);
  }
  return 0;
}
