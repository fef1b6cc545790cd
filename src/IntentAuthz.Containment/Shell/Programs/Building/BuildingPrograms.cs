namespace IntentAuthz.Containment;

/// <summary>Builders, package managers and containers: they run what recipes, packages and images say.</summary>
internal static class BuildingPrograms
{
    public const string Declarations = """
        program make gmake bmake
          exits -v --version -h --help
          foreign .
          in -C --directory
          script -f --file --makefile
          flags -BdiknqsStw --always-make --dry-run --just-print --ignore-errors --keep-going --silent --quiet --print-directory --no-print-directory
          text? -jl --jobs
          text -Wo
          always read:. write:.
          operands target*
        program remake
          exits -v --version -h --help
          foreign
          operands text*
        program cmake
          exits --version -version --help
          foreign .
          script -S --build
          write -B
          text -Gj --target --config -t --parallel
          flags --clean-first -v --verbose
          always read:. write:.
          operands test*
        program ctest cpack ccmake
          exits --version -version --help
          foreign
          always read:. write:.
          operands path*
        program ninja samu meson scons waf bazel bazelisk buck buck2 pants please just task rake-task invoke fab doit tup redo b2 premake5 xmake conan vcpkg autoconf autoreconf automake aclocal autoheader libtoolize libtool configure pkg-config pkgconf m4 flex bison yacc lex swig protoc buf
          exits --version
          foreign
          always read:. write:.
          operands text*
        program mvn mvnw
          foreign ^.
          flags -qBoUeXNnC --quiet --batch-mode --offline --update-snapshots --errors --no-transfer-progress --non-recursive
          text -T --threads
          script -f --file
          always read:. write:.
          operands target*
        program gradle gradlew
          exits -v --version
          foreign ^.
          closed
          flags -qiswm --quiet --info --warn --stacktrace --no-daemon --daemon --offline --parallel --no-parallel --continue --build-cache --no-build-cache --rerun-tasks --dry-run --no-scan --configuration-cache --no-configuration-cache
          text --console --tests --warning-mode -x --exclude-task --max-workers
          always read:. write:.
          operands text*
        program ant sbt lein ivy bloop mill
          foreign
          always read:. write:.
          operands text*
        program ccache distcc sccache
          exits --version
          foreign
          operands text*
        program gdb lldb valgrind perf gcov lcov rr bpftrace kcov
          exits --version
          foreign
          operands path*
        # Package managers run the scripts of the packages they install
        program apt apt-get aptitude dselect apt-key add-apt-repository apt-mark apt-file
          exits --version -v
          always privilege:installs_or_removes_software
          foreign
          operands text*
          sub list show search policy depends rdepends
            closed
            flags -aiqn --installed --upgradable --upgradeable --all-versions --manual-installed --names-only --full
            always read:/etc/apt read:/var/lib/apt read:/var/lib/dpkg read:/var/cache/apt write:/var/cache/apt
            operands text*
        program apt-cache
          exits --version -v
          sub show search policy depends rdepends showpkg showsrc pkgnames madison stats dump
            flags -aifgnq --installed --all-versions --names-only --full --generate --recurse --no-all-versions
            always read:/etc/apt read:/var/lib/apt read:/var/lib/dpkg read:/var/cache/apt write:/var/cache/apt
            operands text*
        program dpkg-query
          closed
          flags -lsLSWpc --list --status --listfiles --search --show --print-avail --control-list --version --help
          text -f --showformat
          path --admindir
          always read:/var/lib/dpkg
          operands text*
        program dpkg-deb dpkg-buildpackage debuild debhelper dpkg-reconfigure dpkg-divert dpkg-statoverride lintian debsign
          foreign
          operands path*
        program yum dnf microdnf rpm zypper pacman apk emerge xbps-install pkg brew port snap flatpak nix nix-env nix-shell nix-build guix choco winget scoop eopkg slackpkg
          exits --version
          always privilege:installs_or_removes_software
          foreign
          operands text*
        # Containers: whoever speaks with the daemon has its rights
        program docker podman nerdctl docker-compose podman-compose buildah skopeo crictl ctr runc crun lxc lxc-start lxc-attach incus
          exits --version -v
          always privilege:has_the_rights_of_the_container_daemon
          foreign
          operands text*
        """;
}
