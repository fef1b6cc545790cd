namespace IntentAuthz.Containment;

/// <summary>
/// Interpreters and compilers. Code that the analysis does not read runs, or source text names more files than the command does, so nearly
/// everything is opaque; what the command itself names is told besides.
/// </summary>
internal static class LanguagePrograms
{
    public const string Declarations = """
        program python python2 python3 python3.8 python3.9 python3.10 python3.11 python3.12 python3.13 python3.14 pypy pypy3
          exits -V -VV --version -h --help
          posix
          foreign
          flags -bBdEhiIOPqRsSuvVx
          text -WX --check-hash-based-pycs
          text -cm => text*
          operands read text*
        program node nodejs
          exits -v --version -h --help
          posix
          foreign
          flags -icv --check --interactive --inspect --inspect-brk --test --watch --experimental-strip-types --trace-warnings
          text -epCr --eval --print --require --import --conditions --loader => text*
          operands read text*
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
        program gcc g++ cc c++ clang clang++ c99 c89 gcc-12 gcc-13 gcc-14 g++-12 g++-13 g++-14 tcc cpp
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
        program rustc cargo rustup rustfmt cargo-clippy clippy-driver wasm-pack trunk
          foreign
          operands path*
        program go gofmt gopls golangci-lint staticcheck dlv
          foreign
          operands path*
        program dotnet
          exits --list-sdks --list-runtimes
          foreign
          operands path*
        program msbuild nuget csc vbc fsc fsi csi mono mcs xbuild
          foreign
          operands path*
        program pip pip3 pipx uv uvx poetry pdm hatch conda mamba micromamba pipenv virtualenv pyenv easy_install twine flit
          foreign
          operands path*
        program pytest py.test tox nox nosetests unittest coverage mypy pyright ruff black isort flake8 pylint bandit ipython ipython3 jupyter jupyter-notebook jupyter-lab gunicorn uvicorn flask django-admin celery scrapy sphinx-build mkdocs cython pydoc pydoc3 pre-commit autopep8 yapf pyflakes pycodestyle pylsp
          foreign
          operands path*
        program npm npx yarn yarnpkg pnpm pnpx corepack nvm fnm volta n bower gulp grunt node-gyp
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
