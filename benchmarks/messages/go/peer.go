// Times goxmldsig (with etree) and Go's own cryptography on one thread, on messages whose keys it is told.
//
//	peer open <count>   the messages 0.xml, 1.xml, ... of the working folder: octets in, decrypted, signature verified
//
// goxmldsig by itself verifies one enveloped reference with a certificate, which no message of WS-Security has; so its
// canonicaliser is used, and the rest of XML Signature done here. See xmlsec.c for the files and the lines.
package main

import (
	"bufio"
	"bytes"
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"hash"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
	"github.com/russellhaering/goxmldsig/etreeutils"
)

type message struct{ xml, mac, enc []byte }

type question struct {
	Ms    int64 `json:"ms"`
	Write bool  `json:"write"`
}

type answer struct {
	Messages int64 `json:"messages"`
	WallNs   int64 `json:"wallNs"`
	CPUNs    int64 `json:"cpuNs"`
}

var alice *rsa.PublicKey
var bob *rsa.PrivateKey

func main() {
	// The collector has a core of its own otherwise.
	runtime.GOMAXPROCS(1)
	count, err := strconv.Atoi(os.Args[2])
	check(err)
	messages := make([]message, count)
	for index := range messages {
		messages[index] = message{file(index, "xml"), file(index, "mac"), file(index, "enc")}
	}
	readKeys()
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var asked question
		check(json.Unmarshal(lines.Bytes(), &asked))
		if asked.Write {
			doc, err := open(messages[0])
			check(err)
			octets, err := doc.WriteToBytes()
			check(err)
			check(os.WriteFile("out.xml", octets, 0o600))
			fmt.Println("{}")
			continue
		}
		said, err := json.Marshal(timed(messages, time.Duration(asked.Ms)*time.Millisecond))
		check(err)
		fmt.Println(string(said))
	}
}

func timed(messages []message, span time.Duration) answer {
	began, cpu := time.Now(), cpuNs()
	done := int64(0)
	for time.Since(began) < span {
		_, err := open(messages[done%int64(len(messages))])
		check(err)
		done++
	}
	return answer{done, time.Since(began).Nanoseconds(), cpuNs() - cpu}
}

func open(given message) (*etree.Document, error) {
	doc := etree.NewDocument()
	if err := doc.ReadFromBytes(given.xml); err != nil {
		return nil, err
	}
	key := given.enc
	if key == nil && given.mac == nil {
		sessionKey, err := sessionKeyOf(doc)
		if err != nil {
			return nil, err
		}
		key = sessionKey
	}
	for {
		data := first(doc.Root(), "EncryptedData")
		if data == nil {
			break
		}
		if err := decrypt(data, key); err != nil {
			return nil, err
		}
	}
	return doc, verify(doc, given.mac)
}

func verify(doc *etree.Document, mac []byte) error {
	signature := first(doc.Root(), "Signature")
	info := child(signature, "SignedInfo")
	canonical, err := canonicalised(info, child(info, "CanonicalizationMethod"))
	if err != nil {
		return err
	}
	value, err := octetsOf(child(signature, "SignatureValue"))
	if err != nil {
		return err
	}
	algorithm := child(info, "SignatureMethod").SelectAttrValue("Algorithm", "")
	if mac == nil {
		sum := sha256.Sum256(canonical)
		if err := rsa.VerifyPKCS1v15(alice, crypto.SHA256, sum[:], value); err != nil {
			return err
		}
	} else {
		made := hmac.New(hashNamed(algorithm), mac)
		made.Write(canonical)
		if !hmac.Equal(made.Sum(nil), value) {
			return errors.New("another MAC")
		}
	}
	ids := map[string]*etree.Element{}
	collect(doc.Root(), ids)
	for _, reference := range info.SelectElements("Reference") {
		target := ids[strings.TrimPrefix(reference.SelectAttrValue("URI", ""), "#")]
		if target == nil {
			return errors.New("no such Id")
		}
		octets, err := canonicalised(target, child(child(reference, "Transforms"), "Transform"))
		if err != nil {
			return err
		}
		digest := hashNamed(child(reference, "DigestMethod").SelectAttrValue("Algorithm", ""))()
		digest.Write(octets)
		wanted, err := octetsOf(child(reference, "DigestValue"))
		if err != nil {
			return err
		}
		if subtle.ConstantTimeCompare(digest.Sum(nil), wanted) != 1 {
			return errors.New("another digest")
		}
	}
	return nil
}

// The exclusive form of an element, with the prefixes that its method names.
func canonicalised(element, method *etree.Element) ([]byte, error) {
	prefixes := ""
	if inclusive := child(method, "InclusiveNamespaces"); inclusive != nil {
		prefixes = inclusive.SelectAttrValue("PrefixList", "")
	}
	context, err := etreeutils.NSBuildParentContext(element)
	if err != nil {
		return nil, err
	}
	detached, err := etreeutils.NSDetatch(context, element)
	if err != nil {
		return nil, err
	}
	return dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList(prefixes).Canonicalize(detached)
}

func decrypt(data *etree.Element, key []byte) error {
	value, err := octetsOf(child(child(data, "CipherData"), "CipherValue"))
	if err != nil {
		return err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return err
	}
	var plain []byte
	if strings.HasSuffix(child(data, "EncryptionMethod").SelectAttrValue("Algorithm", ""), "-gcm") {
		gcm, err := cipher.NewGCM(block)
		if err != nil {
			return err
		}
		if plain, err = gcm.Open(nil, value[:12], value[12:], nil); err != nil {
			return err
		}
	} else {
		plain = make([]byte, len(value)-16)
		cipher.NewCBCDecrypter(block, value[:16]).CryptBlocks(plain, value[16:])
		plain = plain[:len(plain)-int(plain[len(plain)-1])]
	}
	// etree gives prefixes no meaning while it reads, so that a fragment need not declare those of its place.
	fragment := etree.NewDocument()
	if err := fragment.ReadFromBytes(plain); err != nil {
		return err
	}
	parent, at := data.Parent(), data.Index()
	parent.RemoveChildAt(at)
	for offset, token := range append([]etree.Token(nil), fragment.Child...) {
		parent.InsertChildAt(at+offset, token)
	}
	return nil
}

func sessionKeyOf(doc *etree.Document) ([]byte, error) {
	encrypted := first(doc.Root(), "EncryptedKey")
	if encrypted == nil {
		return nil, nil
	}
	value, err := octetsOf(child(child(encrypted, "CipherData"), "CipherValue"))
	if err != nil {
		return nil, err
	}
	return rsa.DecryptOAEP(sha1.New(), nil, bob, value, nil)
}

func hashNamed(algorithm string) func() hash.Hash {
	if strings.HasSuffix(algorithm, "sha256") {
		return sha256.New
	}
	return sha1.New
}

func first(element *etree.Element, tag string) *etree.Element {
	if element.Tag == tag {
		return element
	}
	for _, each := range element.ChildElements() {
		if found := first(each, tag); found != nil {
			return found
		}
	}
	return nil
}

func child(element *etree.Element, tag string) *etree.Element {
	if element == nil {
		return nil
	}
	for _, token := range element.Child {
		if each, ok := token.(*etree.Element); ok && each.Tag == tag {
			return each
		}
	}
	return nil
}

func collect(element *etree.Element, ids map[string]*etree.Element) {
	for _, attribute := range element.Attr {
		if attribute.Key == "Id" {
			ids[attribute.Value] = element
		}
	}
	for _, each := range element.ChildElements() {
		collect(each, ids)
	}
}

func octetsOf(element *etree.Element) ([]byte, error) {
	return base64.StdEncoding.DecodeString(strings.Join(strings.Fields(element.Text()), ""))
}

func readKeys() {
	if octets := pemOf("alice.pem"); octets != nil {
		certificate, err := x509.ParseCertificate(octets)
		check(err)
		alice = certificate.PublicKey.(*rsa.PublicKey)
	}
	if octets := pemOf("bob-private.pem"); octets != nil {
		key, err := x509.ParsePKCS8PrivateKey(octets)
		check(err)
		bob = key.(*rsa.PrivateKey)
	}
}

func pemOf(name string) []byte {
	octets, err := os.ReadFile(name)
	if err != nil {
		return nil
	}
	block, _ := pem.Decode(octets)
	return block.Bytes
}

func file(index int, suffix string) []byte {
	octets, err := os.ReadFile(fmt.Sprintf("%d.%s", index, suffix))
	if err != nil {
		return nil
	}
	return bytes.Clone(octets)
}

func cpuNs() int64 {
	var usage syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return usage.Utime.Nano() + usage.Stime.Nano()
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "go:", err)
		os.Exit(1)
	}
}
