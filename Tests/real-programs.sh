#!/bin/bash
# Links small programs against real libraries of this machine and against stubs of them, with four
# linkers, as PIE and not; runs both, and compares the executables byte by byte.
#
#   Tests/real-programs.sh [ABITOOL]
#
# Prints a line for each program and linker: "identical", or "same but strings" where only the
# order of names in .dynstr differs, or "same output". Exits with 1 when a program behaves
# differently. Libraries and headers that are not installed are passed over.
set -u
abitool=$(realpath "${1:-.build/release/abitool}")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 2
mkdir real stub
failed=0

libraries=$(gcc -print-multiarch)
for name in libz.so.1 libsqlite3.so.0 libxml2.so.2 libLLVM-14.so.1 libstdc++.so.6 libm.so.6 libc.so.6 \
  libelf.so.1 libncursesw.so.6 libtinfo.so.6 liblzma.so.5 libbz2.so.1.0 libreadline.so.8 \
  libcrypto.so.3 libzstd.so.1; do
  library=/usr/lib/$libraries/$name
  [ -e "$library" ] || continue
  short=${name%%.so*}.so
  ln -s "$(realpath "$library")" "real/$short"
  "$abitool" extract --profile complete "$library" -o "$name.abi" 2> /dev/null &&
    "$abitool" stub "$name.abi" -o "stub/$short" || exit 2
done

# What the ABI of a library determines: all but the order of strings.
essence() {
  readelf -hlSdVrsW "$1"
  objdump -d --no-show-raw-insn "$1" | tail -n +3
}

# prog NAME LANGUAGE LIBRARY..., with the source on standard input.
prog() {
  local name=$1 language=$2 compiler=gcc linker mode kind results
  shift 2
  cat > "$name.$language"
  [ "$language" = cpp ] && { compiler=g++; set -- "$@" -lstdc++; }
  $compiler -w -O1 -fPIE -c "$name.$language" -o "$name.o" 2> /dev/null ||
    { echo "$name: does not compile here"; return; }
  for linker in bfd gold lld mold; do
    results=
    for mode in -pie -no-pie; do
      for kind in real stub; do
        $compiler $mode -fuse-ld=$linker -Wl,--build-id=none -nodefaultlibs "$name.o" \
          -o "$name.$kind" -L$kind "$@" -lm -lgcc_s -lgcc -lc 2> "$kind.err" ||
          { echo "$name: does not link: $(head -1 "$kind.err")"; [ $kind = stub ] && failed=1; return; }
        "./$name.$kind" > "$kind.out" 2>&1
        echo "status $?" >> "$kind.out"
      done
      if ! cmp -s real.out stub.out; then
        results="$results BEHAVES DIFFERENTLY;"
        failed=1
      elif cmp -s "$name.real" "$name.stub"; then
        results="$results identical;"
      elif [ "$(essence "$name.real")" = "$(essence "$name.stub")" ]; then
        results="$results same but strings;"
      else
        results="$results same output;"
      fi
    done
    printf '%-10s %-5s%s\n' "$name" $linker "$results"
  done
}

prog zlib c -lz <<'S'
#include <zlib.h>
#include <stdio.h>
#include <string.h>
int main(){unsigned char b[256],c[256];unsigned long n=256,m=256;compress(b,&n,(const unsigned char*)"hello hello hello",18);uncompress(c,&m,b,n);puts((char*)c);printf("%s %d\n",zlibVersion(),(int)n);return 0;}
S
prog sqlite c -lsqlite3 <<'S'
#include <sqlite3.h>
#include <stdio.h>
static int cb(void*p,int n,char**v,char**c){for(int i=0;i<n;i++)printf("%s=%s\n",c[i],v[i]);return 0;}
int main(){sqlite3*d;sqlite3_open(":memory:",&d);sqlite3_exec(d,"create table t(a,b);insert into t values(1,'x'),(2,'y');select sum(a) s,group_concat(b) g from t;",cb,0,0);printf("%s\n",sqlite3_version);sqlite3_close(d);return 0;}
S
prog xml c -lxml2 <<'S'
extern void *xmlParseMemory(const char*,int);extern void*xmlDocGetRootElement(void*);extern const char xmlParserVersion0[];extern void xmlCleanupParser(void);
extern void *(*xmlMalloc)(unsigned long);extern int*__xmlKeepBlanksDefaultValue(void);
#include <stdio.h>
int main(){void*d=xmlParseMemory("<a><b/></a>",11);printf("%d %d\n",d!=0,xmlDocGetRootElement(d)!=0);char*p=xmlMalloc(8);printf("%d %d\n",p!=0,*__xmlKeepBlanksDefaultValue());xmlCleanupParser();return 0;}
S
prog llvm c -lLLVM-14 <<'S'
#include <stdio.h>
extern void*LLVMContextCreate(void);extern void*LLVMModuleCreateWithNameInContext(const char*,void*);extern char*LLVMPrintModuleToString(void*);extern void LLVMDisposeMessage(char*);extern void LLVMGetVersion(unsigned*,unsigned*,unsigned*);
extern void LLVMShutdown(void);
int main(){void*c=LLVMContextCreate();void*m=LLVMModuleCreateWithNameInContext("m",c);char*s=LLVMPrintModuleToString(m);puts(s);LLVMDisposeMessage(s);return 0;}
S
prog elf c -lelf <<'S'
#include <libelf.h>
#include <gelf.h>
#include <fcntl.h>
#include <stdio.h>
int main(){elf_version(EV_CURRENT);int f=open("/proc/self/exe",0);Elf*e=elf_begin(f,ELF_C_READ,0);GElf_Ehdr h;gelf_getehdr(e,&h);printf("%d %d\n",elf_kind(e),h.e_machine);elf_end(e);return 0;}
S
prog curses c -lncursesw -ltinfo <<'S'
#include <stdio.h>
extern int COLS,LINES,ESCDELAY,TABSIZE;extern char ttytype[];extern const char*curses_version(void);extern int setupterm(const char*,int,int*);extern char PC,*UP,*BC;extern short ospeed;
int main(){int e;setupterm("dumb",1,&e);printf("%s %d %d %d %d %d %s\n",curses_version(),COLS,LINES,ESCDELAY,TABSIZE,(int)ospeed,UP?"up":"no");return 0;}
S
prog lzma c -llzma <<'S'
#include <stdio.h>
extern const char*lzma_version_string(void);extern unsigned lzma_crc32(const unsigned char*,unsigned long,unsigned);
int main(){printf("%s %x\n",lzma_version_string(),lzma_crc32((const unsigned char*)"abc",3,0));return 0;}
S
prog bzip c -lbz2 <<'S'
#include <stdio.h>
extern const char*BZ2_bzlibVersion(void);extern int BZ2_crc32Table[256];
int main(){printf("%s\n",BZ2_bzlibVersion());return 0;}
S
prog readline c -lreadline -ltinfo <<'S'
#include <stdio.h>
extern const char*rl_library_version;extern int rl_readline_version,rl_point,rl_end,history_length,history_base;extern char*rl_line_buffer;extern void add_history(const char*);extern int rl_initialize(void);
int main(){add_history("one");add_history("two");printf("%s %x %d %d %d\n",rl_library_version,rl_readline_version,history_length,history_base,rl_point+rl_end);return 0;}
S
prog crypto c -lcrypto <<'S'
#include <stdio.h>
extern const char*OpenSSL_version(int);extern unsigned char*SHA1(const unsigned char*,unsigned long,unsigned char*);
int main(){unsigned char d[20];SHA1((const unsigned char*)"abc",3,d);for(int i=0;i<20;i++)printf("%02x",d[i]);puts(OpenSSL_version(0));return 0;}
S
prog zstd c -lzstd <<'S'
#include <stdio.h>
extern const char*ZSTD_versionString(void);extern unsigned long ZSTD_compress(void*,unsigned long,const void*,unsigned long,int);
int main(){char b[200];printf("%s %lu\n",ZSTD_versionString(),ZSTD_compress(b,200,"aaaaaaaaaaaaaaaaaaaaaaaaaaa",27,3));return 0;}
S
prog getopt c <<'S'
#include <stdio.h>
#include <unistd.h>
#include <getopt.h>
#include <time.h>
#include <errno.h>
#include <math.h>
#include <string.h>
#include <netinet/in.h>
#include <ctype.h>
#include <signal.h>
extern char**environ;
static int cmp(const void*a,const void*b){return strcmp(a,b);}
int main(int c,char**v){opterr=0;while(getopt(c,v,"ab:")!=-1);tzset();printf("%d %s %ld %d %d\n",optind,tzname[0],timezone,daylight,environ!=0);errno=0;double r=lgamma(-0.5*c);printf("%g %d %d %d\n",r,signgam,errno,in6addr_loopback.s6_addr[15]);fputs(environ[0]?"named\n":"unnamed\n",stdout);fprintf(stderr,"%d\n",isalpha('x')!=0);return 0;}
S
prog regex cpp <<'S'
#include <regex>
#include <iostream>
#include <fstream>
#include <locale>
#include <thread>
#include <mutex>
#include <future>
#include <filesystem>
#include <memory_resource>
int main(){std::regex r("(a+)(b*)");std::smatch m;std::string s="xaab";std::cout<<std::regex_search(s,m,r)<<m[1]<<'\n';auto f=std::async(std::launch::deferred,[]{return 42;});std::cout<<f.get()<<std::filesystem::path("/a/b").filename()<<'\n';std::wcout<<L"wide\n";std::cout<<std::use_facet<std::numpunct<char>>(std::locale()).decimal_point()<<'\n';try{throw std::system_error(std::make_error_code(std::errc::io_error));}catch(std::exception&e){std::clog<<e.what()<<'\n';}std::pmr::monotonic_buffer_resource p;std::cout<<(std::pmr::get_default_resource()!=nullptr)<<'\n';}
S

exit $failed
