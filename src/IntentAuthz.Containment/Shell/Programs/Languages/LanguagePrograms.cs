namespace IntentAuthz.Containment;

/// <summary>
/// Interpreters and compilers. Code that the analysis does not read runs, or source text names more files than the command does, so nearly
/// everything is opaque; what the command itself names is told besides.
/// </summary>
internal static class LanguagePrograms
{
    public const string Declarations = """
        # Modules that are part of python: python3 -m json.tool
        program python-json.tool
          gnu
          flags --sort-keys --no-ensure-ascii --json-lines --tab --no-indent --compact
          text --indent
          operands read? out?
        program python-unittest
          closed
          flags -vqfcbh --verbose --quiet --failfast --catch --buffer --locals
          text -k
          foreign .
          operands unittest*
        program python-venv
          closed
          flags --clear --upgrade --without-pip --system-site-packages --symlinks --copies
          text --prompt
          # Packages that come with python are put there, by a python that is started.
          foreign
          operands write*
        program python-compileall
          closed
          flags -qflri
          always write:.
          operands change* or .
        program node nodejs
          exits -v --version -h --help
          posix
          flags -c --check --trace-warnings --no-warnings --experimental-strip-types --enable-source-maps
          # Without a script it runs what comes on standard input.
          code -ep --eval --print => text*
          operands script text*
          sub inspect debug
            foreign
        program ruby jruby
          exits -v --version -h --help
          posix
          foreign
          flags -acdhlnpsSvwx
          text -erICEF => text*
          operands read text*
        program perl perl5
          exits -v --version -V
          posix
          foreign
          flags -acfnpstTuUvwWXS
          text -eEIMm
          operands path*
        program php
          exits -v --version -h --help -m -i --info --modules
          posix
          foreign
          flags -aCHlnqsw
          text -cdrBRESz
          read -f
          operands read text*
        program lua lua5.1 lua5.3 lua5.4 luajit
          exits -v
          posix
          foreign
          flags -iEv
          text -el
          operands read text*
        program java
          exits -version --version -h --help -help
          single
          foreign
          operands path*
        program javac kotlinc scalac groovyc
          exits -version --version -help --help
          single
          foreign
          operands read*
        program kotlin scala groovy jshell clojure clj jar javap javadoc keytool jps jstack jmap jcmd jarsigner native-image
          exits -version --version
          single
          foreign
          operands path*
        program Rscript R julia octave octave-cli matlab sage gap maxima
          exits --version
          posix
          foreign
          operands read text*
        program deno bun bunx tsx ts-node esbuild swc babel tsc vite webpack rollup parcel turbo nx lerna next nuxt ng vue astro eslint prettier stylelint jest vitest mocha ava playwright cypress c8 nyc storybook biome
          foreign
          operands path*
        program swift swiftc ghc ghci runghc runhaskell stack cabal elixir elixirc mix erl erlc iex rebar3 dart flutter nim nimble zig crystal shards ocaml ocamlc ocamlopt dune opam tclsh wish guile sbcl clisp racket scheme swipl gprolog v odin dmd ldc2 fpc gnatmake gfortran valac
          exits --version -version
          foreign
          operands path*
        # C and its relatives: sources name the files that they include
        program c99 c89 gcc-12 gcc-13 gcc-14 g++-12 g++-13 g++-14 tcc cpp
          exits --version -dumpversion -dumpmachine -dumpfullversion -v
          single
          foreign
          write -o
          operands read*
        program as ld ld.gold ld.lld ld.bfd lld mold nasm yasm
          exits --version -v
          foreign
          write -o
          operands read*
        # Builds and tests run the code of the project that they find here or above
        program cargo
          foreign
          operands path*
          sub build b check c test t run r clippy doc bench
            foreign ^.
            closed
            flags -qv --quiet --verbose --release --all --workspace --all-targets --all-features --no-default-features --offline --locked --frozen --lib --bins --tests --examples --benches --no-run --no-fail-fast --keep-going --no-deps --doc
            text -pjF --package --jobs --features --bin --test --example --profile --exclude --message-format --color
            script --manifest-path
            write --target-dir
            operands text*
        program rustc rustup rustfmt cargo-clippy clippy-driver wasm-pack trunk
          foreign
          operands path*
        program go
          single
          foreign
          operands path*
          sub build test vet run generate
            single
            closed
            foreign ^.
            flags -v -x -n -race -short -cover -failfast -json -a -i -work -trimpath -benchmem
            text -run -bench -count -timeout -tags -p -parallel -covermode -cpu -skip -shuffle -fuzztime
            write -o -coverprofile -cpuprofile -memprofile
            operands gopackage*
          sub version env list
            single
            # The project says which version of go this is.
            foreign ^.
            closed
            flags -m -json
            operands gopackage*
        program gofmt gopls golangci-lint staticcheck dlv
          foreign
          operands path*
        program dotnet
          exits --list-sdks --list-runtimes
          foreign
          operands path*
          sub build test restore publish pack clean
            foreign ^.
            closed
            flags --nologo --no-restore --no-build --no-incremental --no-dependencies --force --self-contained --no-self-contained --list-tests -t --include-symbols --locked-mode
            property -cfrv --configuration --framework --runtime --verbosity --version-suffix --os --arch
            testfilter --filter
            property? -m --blame
            write -o --output --results-directory
            project -s --settings
            operands project*
          sub run
            foreign ^.
            closed
            flags --no-restore --no-build --no-launch-profile --nologo
            property -cfrv --configuration --framework --runtime --launch-profile --verbosity --os --arch
            project --project
            # The first can be a file that is run.
            operands project text*
        program msbuild nuget csc vbc fsc fsi csi mono mcs xbuild
          foreign
          operands path*
        program pip pip3
          exits -V -h --help
          foreign
          operands path*
          sub install
            # The code of packages runs when they are installed.
            closed
            flags -qvU --quiet --verbose --upgrade --no-deps --user --no-cache-dir --no-input --disable-pip-version-check --force-reinstall --no-warn-script-location --break-system-packages
            package -e --editable
            script -rc --requirement --constraint
            operands package*
        program pipx uv uvx poetry pdm hatch conda mamba micromamba pipenv virtualenv pyenv easy_install twine flit
          foreign
          operands path*
        program pytest py.test
          foreign ^.
          closed
          exits --version -h --help
          flags -qvxsl --quiet --verbose --exitfirst --lf --last-failed --ff --failed-first --nf --sw --co --collect-only --no-header --no-summary --showlocals --disable-warnings --full-trace --strict-markers
          testchoice -km
          text -rn --maxfail --tb --durations --color --capture
          write --junitxml --junit-xml
          operands test*
        program tox nox nosetests unittest coverage mypy pyright ruff black isort flake8 pylint bandit ipython ipython3 jupyter jupyter-notebook jupyter-lab gunicorn uvicorn flask django-admin celery scrapy sphinx-build mkdocs cython pydoc pydoc3 pre-commit autopep8 yapf pyflakes pycodestyle pylsp
          foreign
          operands path*
        program npm pnpm
          foreign
          operands text*
          sub test t tst start
            foreign ^.
            closed
            flags -s --silent --if-present --workspaces --verbose
            operands passed*
          sub run run-script
            foreign ^.
            closed
            flags -s --silent --if-present --workspaces --verbose
            operands text passed*
          sub install i ci
            # What is installed the project names; a package that the command names is another matter.
            foreign ^.
            closed
            flags -D --save-dev --no-audit --no-fund --frozen-lockfile --prefer-offline --offline --production --silent --ignore-scripts --legacy-peer-deps --immutable
            operands package*
        program yarn yarnpkg
          foreign
          operands text*
          sub test start
            foreign ^.
            closed
            flags -s --silent --verbose
            operands passed*
          sub run
            # What is no script of the project is a program that it has installed.
            foreign ^.
            closed
            flags -s --silent --verbose
            operands scriptname passed*
          sub install i ci
            # What is installed the project names; a package that the command names is another matter.
            foreign ^.
            closed
            flags -D --save-dev --no-audit --no-fund --frozen-lockfile --prefer-offline --offline --production --silent --ignore-scripts --legacy-peer-deps --immutable
            operands package*
        program npx pnpx corepack nvm fnm volta n bower gulp grunt node-gyp
          foreign
          operands text*
        program gem bundle bundler rake rspec rails irb rubocop jekyll rbenv rvm cap puma unicorn
          foreign
          operands text*
        program composer phpunit artisan pecl pear symfony drush wp phpstan psalm php-cs-fixer
          foreign
          operands text*
        program expect tclkit osascript pwsh powershell cmd wine qemu qemu-system-x86_64 qemu-x86_64 qemu-img
          foreign
          operands path*
        """;
}
