#!/bin/sh
# Made with OpenSSL 3.0.19: sh make.sh <folder>
set -e
cd "$1"
sub() { printf '/C=CH/O=Parley Test/CN=%s' "$1"; }
printf '%s\n' '[req]' 'distinguished_name=dn' 'x509_extensions=root' 'prompt=no' '[dn]' '[root]' 'basicConstraints=critical,CA:TRUE' 'keyUsage=critical,keyCertSign,cRLSign' 'subjectKeyIdentifier=hash' \
  '[middle]' 'basicConstraints=critical,CA:TRUE,pathlen:0' 'keyUsage=critical,keyCertSign,cRLSign' 'subjectKeyIdentifier=hash' 'authorityKeyIdentifier=keyid,issuer' \
  '[leaf]' 'basicConstraints=CA:FALSE' 'keyUsage=critical,digitalSignature,keyEncipherment' 'extendedKeyUsage=clientAuth' 'subjectKeyIdentifier=hash' 'authorityKeyIdentifier=keyid' 'subjectAltName=DNS:example.org' \
  '[constrained]' 'basicConstraints=critical,CA:TRUE' 'keyUsage=critical,keyCertSign' 'nameConstraints=critical,permitted;DNS:example.org' \
  '[ca]' 'default_ca=middleCa' '[middleCa]' 'database=index.txt' 'crlnumber=crlnumber' 'default_md=sha256' > ext.cnf
openssl req -x509 -newkey rsa:2048 -nodes -keyout root.key -subj "$(sub Root)" -days 36500 -config ext.cnf -out root.pem 2>/dev/null
issue() { # name issuer section serial key
  openssl req -newkey $5 -nodes -config ext.cnf -keyout $1.key -subj "$(sub $1)" -out $1.csr 2>/dev/null
  openssl x509 -req -in $1.csr -CA $2.pem -CAkey $2.key -set_serial $4 -days 36500 -extfile ext.cnf -extensions $3 -out $1.pem 2>/dev/null
}
issue middle root middle 0x1001 rsa:2048
issue alice middle leaf 0x0badcafe0123456789abcdef rsa:2048
issue bob middle leaf 0x2002 rsa:2048
issue lower middle root 0x2003 rsa:2048
issue carol lower leaf 0x3001 rsa:2048
issue constrained root constrained 0x1002 rsa:2048
issue dave constrained leaf 0x4001 rsa:2048
: > index.txt; echo 01 > crlnumber
printf 'R\t21260101000000Z\t260101000000Z\t2002\tunknown\t/C=CH/O=Parley Test/CN=bob\n' > index.txt
openssl ca -config ext.cnf -name middleCa -gencrl -keyfile middle.key -cert middle.pem -crldays 36500 -out middle.crl.pem 2>/dev/null
: > index.txt
openssl ca -config ext.cnf -name middleCa -gencrl -keyfile root.key -cert root.pem -crldays 36500 -out root.crl.pem 2>/dev/null
for l in middle root; do openssl crl -in $l.crl.pem -outform der -out $l.crl; done
for n in root middle alice bob lower carol constrained dave; do openssl x509 -in $n.pem -outform der -out $n.der; done
rm -f *.key *.csr *.crl.pem index.txt* crlnumber* ext.cnf *.old
