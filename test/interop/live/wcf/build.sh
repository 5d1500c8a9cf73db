#!/bin/bash
# `build.sh FOLDER`: compiles Microsoft's WCF for Mono into FOLDER, and the peer against it. WCF is the .NET Framework 4.8
# reference source (MIT), as Debian's source package of Mono holds it; nothing of it is kept here. prepare.py makes what
# Microsoft's own build generates and changes some twenty places; the Stub.*.cs stand in for what needs Windows.
# Needs python3, xz, Debian's Mono (see .ci/run) and its package sources; fetches 118 MB, once; takes about a minute.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1/lists/partial" "$1/parts" "$1/out"
cd "$1"
if ! ls mono_*.orig.tar.xz >/dev/null 2>&1; then
  # The machine's own package sources, once more for source packages, in lists of our own.
  grep -hE '^deb ' /etc/apt/sources.list 2>/dev/null | sed 's/^deb /deb-src /' > parts/src.list || true
  for file in /etc/apt/sources.list.d/*.sources; do
    [ -f "$file" ] && sed 's/^Types: deb$/Types: deb-src/' "$file" > "parts/$(basename "$file")"
  done
  options=(-o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$PWD/parts" -o "Dir::State::lists=$PWD/lists")
  apt-get "${options[@]}" update >/dev/null
  apt-get "${options[@]}" source --download-only mono >/dev/null
fi
rm -rf tree && mkdir tree
tar xf mono_*.orig.tar.xz -C tree --strip-components=4 --wildcards \
  '*/mcs/class/referencesource/System.ServiceModel/*' '*/mcs/class/referencesource/System.IdentityModel/*' \
  '*/mcs/class/referencesource/SMDiagnostics/*' '*/mcs/class/referencesource/System.ServiceModel.Internals/*'
cd tree
cp "$here"/Stub.*.cs .
python3 "$here/prepare.py"
printf '\0\0\0\0\0\0\0\0\4\0\0\0\0\0\0\0' > ecma.pub
references=(System System.Core System.Xml System.Configuration System.Security System.Runtime.Serialization System.Transactions
  System.Web System.EnterpriseServices System.Messaging System.DirectoryServices System.Web.Services
  System.Web.ApplicationServices System.Data System.Net.Http System.Net.Http.WebRequest System.Xml.Linq System.Xaml
  System.ServiceProcess)
mcs -nologo -delaysign+ -keyfile:ecma.pub -target:library -unsafe -warn:0 -d:FEATURE_COMPRESSEDSTACK \
  -out:../out/System.ServiceModel.dll "${references[@]/#/-r:}" @files.txt
cd ../out
mcs -nologo -debug -warn:0 -out:Peer.exe -r:System.ServiceModel.dll -r:System.Runtime.Serialization -r:System.Security "$here"/src/*.cs
rm -rf ../tree
