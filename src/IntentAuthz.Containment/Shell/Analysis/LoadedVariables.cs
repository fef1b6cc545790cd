using System.Buffers;
using System.Collections.Frozen;

namespace IntentAuthz.Containment;

/// <summary>
/// Variables that change what a program name means, or make programs load code, start other programs, or read and contact something else than their arguments
/// say.
/// </summary>
internal static class LoadedVariables
{
    private const string Lookup = "program names mean something else.";
    private const string Code = "programs load code or start programs that it names.";
    private const string Place = "programs look for files, settings or hosts elsewhere.";
    private const string Shell = "it changes what the shell does.";

    private static readonly SearchValues<char> s_terminal = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-+.");
    private static readonly SearchValues<char> s_zone = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-+_/");

    private static readonly SearchValues<char> s_locale = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.@:");

    private static readonly FrozenSet<string> s_harmlessOfGit = FrozenSet.Create(
        StringComparer.Ordinal,
        "GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_AUTHOR_DATE", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL", "GIT_COMMITTER_DATE", "GIT_TERMINAL_PROMPT", "GIT_OPTIONAL_LOCKS", "GIT_ADVICE", "GIT_MERGE_AUTOEDIT");

    private static readonly FrozenDictionary<string, string> s_names = Build();

    /// <summary>Why setting it is opaque, or null.</summary>
    public static string? Why(string name)
    {
        if (s_names.TryGetValue(name, out var why))
        {
            return why;
        }

        return name.StartsWith("LD_", StringComparison.Ordinal) || name.StartsWith("DYLD_", StringComparison.Ordinal) || (name.StartsWith("GIT_", StringComparison.Ordinal) && !s_harmlessOfGit.Contains(name))
            || name.StartsWith("PGSSL", StringComparison.Ordinal) || name.StartsWith("KRB5", StringComparison.Ordinal) || name.StartsWith("OPENSSL_", StringComparison.Ordinal) || name.StartsWith("GNUTLS_", StringComparison.Ordinal)
            || name.StartsWith("RSYNC_", StringComparison.Ordinal) || name.StartsWith("DEBUGINFOD_", StringComparison.Ordinal) || name.StartsWith("LC_", StringComparison.Ordinal)
            || name.StartsWith("CORECLR_", StringComparison.Ordinal) || name.StartsWith("COR_", StringComparison.Ordinal) || name.StartsWith("BASH_FUNC_", StringComparison.Ordinal)
            || name.StartsWith("npm_config_", StringComparison.OrdinalIgnoreCase) || name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith("GLIBC_", StringComparison.Ordinal) || name.StartsWith("MALLOC_", StringComparison.Ordinal) || name.StartsWith("PIP_", StringComparison.Ordinal)
            || name.StartsWith("UV_", StringComparison.Ordinal) || name.StartsWith("BUNDLE_", StringComparison.Ordinal) || name.StartsWith("CARGO_", StringComparison.Ordinal)
            ? Code
            : null;
    }

    /// <summary>
    /// Whether such a variable has a value that makes nothing start and leads nowhere: a pager that only passes on, a terminal or a time zone by its name.
    /// </summary>
    public static bool IsHarmless(string name, string? value) => value is not null && name switch
    {
        "PAGER" or "GIT_PAGER" or "MANPAGER" or "SYSTEMD_PAGER" or "AWS_PAGER" => value is "cat" or "",
        "TERM" => value.Length is > 0 and < 64 && value.AsSpan().IndexOfAnyExcept(s_terminal) < 0,
        "TZ" => value.Length is > 0 and < 64 && value[0] is not ('/' or ':') && !value.Contains("..", StringComparison.Ordinal) && value.AsSpan().IndexOfAnyExcept(s_zone) < 0,
        "LANG" or "LANGUAGE" or ['L', 'C', '_', ..] => value.Length < 64 && value.AsSpan().IndexOfAnyExcept(s_locale) < 0 && !value.Contains("..", StringComparison.Ordinal),
        _ => false,
    };

    private static FrozenDictionary<string, string> Build()
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        Add(Lookup, "PATH BASH_CMDS BASH_ALIASES EXECIGNORE");
        Add(Shell, "BASH_ENV ENV CDPATH GLOBIGNORE PS4 PROMPT_COMMAND SHELLOPTS BASHOPTS BASH_XTRACEFD BASH_COMPAT BASH_LOADABLES_PATH POSIXLY_CORRECT PWD OLDPWD FIGNORE HISTFILE INPUTRC FPATH ZDOTDIR");
        Add(
            Code,
            """
            PYTHONPATH PYTHONSTARTUP PYTHONHOME PYTHONINSPECT PYTHONBREAKPOINT PYTHONWARNINGS PYTHONUSERBASE PYTHONPLATLIBDIR PYTHONPYCACHEPREFIX PYTHONEXECUTABLE
            PERL5LIB PERLLIB PERL5OPT PERL5DB PERL5SHELL PERL_UNICODE RUBYOPT RUBYLIB RUBYPATH GEM_HOME GEM_PATH NODE_OPTIONS NODE_PATH NODE_EXTRA_CA_CERTS NODE_REPL_EXTERNAL_MODULE
            JAVA_TOOL_OPTIONS _JAVA_OPTIONS JDK_JAVA_OPTIONS JAVA_OPTS JAVA_HOME CLASSPATH MAVEN_OPTS MAVEN_ARGS GRADLE_OPTS ANT_OPTS ANT_ARGS SBT_OPTS
            GIT_SSH GIT_SSH_COMMAND GIT_EDITOR GIT_SEQUENCE_EDITOR GIT_PAGER GIT_ASKPASS SSH_ASKPASS SSH_ASKPASS_REQUIRE GIT_EXTERNAL_DIFF GIT_DIFF_OPTS GIT_PROXY_COMMAND GIT_EXEC_PATH
            GIT_TEMPLATE_DIR GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_COMMON_DIR GIT_NAMESPACE GIT_TRACE GIT_TRACE2 GIT_TRACE2_EVENT
            GIT_TRACE2_PERF GIT_TRACE_CURL GIT_TRACE_PACKET GIT_TRACE_PACK_ACCESS GIT_TRACE_PERFORMANCE GIT_TRACE_SETUP GIT_TRACE_SHALLOW GIT_ALLOW_PROTOCOL GIT_PROTOCOL_FROM_USER GIT_ATTR_SOURCE
            EDITOR VISUAL FCEDIT SUDO_EDITOR SUDO_ASKPASS SYSTEMD_EDITOR SYSTEMD_PAGER PAGER MANPAGER BAT_PAGER DELTA_PAGER AWS_PAGER PSQL_PAGER PSQL_EDITOR BROWSER LESS LESSOPEN LESSCLOSE LESSEDIT LESSKEY LESSKEYIN LESSHISTFILE MANOPT MANROFFOPT
            MAKEFLAGS GNUMAKEFLAGS MFLAGS MAKEFILES MAKE SHELL CC CXX CPP LD AR AS NM LINK FC CPPFLAGS CFLAGS CXXFLAGS LDFLAGS GCC_EXEC_PREFIX COMPILER_PATH LIBRARY_PATH CPATH C_INCLUDE_PATH CPLUS_INCLUDE_PATH DEPENDENCIES_OUTPUT SUNPRO_DEPENDENCIES
            CMAKE_PREFIX_PATH CMAKE_TOOLCHAIN_FILE CMAKE_GENERATOR PKG_CONFIG PKG_CONFIG_PATH PKG_CONFIG_LIBDIR CCACHE_PREFIX
            RUSTC RUSTC_WRAPPER RUSTC_WORKSPACE_WRAPPER RUSTDOC RUSTFLAGS RUSTDOCFLAGS RUSTUP_HOME RUSTUP_TOOLCHAIN GOFLAGS GOROOT GOPATH GOTOOLDIR GOBIN GOENV GOPROXY GOMODCACHE GOCACHE GOTOOLCHAIN CGO_CFLAGS CGO_LDFLAGS
            DOTNET_STARTUP_HOOKS DOTNET_ADDITIONAL_DEPS DOTNET_SHARED_STORE DOTNET_ROOT DOTNET_HOST_PATH NUGET_PACKAGES DirectoryBuildPropsPath DirectoryBuildTargetsPath CustomBeforeMicrosoftCommonTargets CustomAfterMicrosoftCommonTargets
            TAR_OPTIONS TAPE RSYNC_RSH RSYNC_CONNECT_PROG RSYNC_PROXY CVS_RSH SVN_SSH HGRCPATH HGEDITOR GZIP XZ_OPT XZ_DEFAULTS BZIP BZIP2 ZSTD_CLEVEL UNZIP UNZIPOPT ZIP ZIPOPT LZOP GREP_OPTIONS
            VIMINIT EXINIT VIM VIMRUNTIME MYVIMRC NVIM_APPNAME EMACSLOADPATH EMACSDATA LUA_INIT LUA_PATH LUA_CPATH PHPRC PHP_INI_SCAN_DIR R_PROFILE R_PROFILE_USER R_ENVIRON R_LIBS AWKPATH AWKLIBPATH GUILE_LOAD_PATH TCLLIBPATH JULIA_LOAD_PATH OCAMLRUNPARAM ERL_FLAGS ERL_LIBS ELIXIR_ERL_OPTIONS
            OPENSSL_CONF OPENSSL_MODULES OPENSSL_ENGINES GCONV_PATH QT_PLUGIN_PATH GTK_MODULES GIO_EXTRA_MODULES VK_LAYER_PATH
            RIPGREP_CONFIG_PATH FZF_DEFAULT_COMMAND FZF_DEFAULT_OPTS FZF_DEFAULT_OPTS_FILE BAT_CONFIG_PATH DOCKER_CONFIG DOCKER_CONTEXT COMPOSE_FILE BASH_SOURCE
            """);
        Add(
            Place,
            """
            LANG LANGUAGE SQLITE_TMPDIR PGOPTIONS HOME XDG_CONFIG_HOME XDG_CONFIG_DIRS XDG_DATA_HOME XDG_CACHE_HOME XDG_STATE_HOME XDG_RUNTIME_DIR TMPDIR TMP TEMP TEMPDIR http_proxy https_proxy ftp_proxy all_proxy no_proxy
            HTTP_PROXY HTTPS_PROXY FTP_PROXY ALL_PROXY NO_PROXY CURL_HOME CURL_CA_BUNDLE SSLKEYLOGFILE SSL_CERT_FILE SSL_CERT_DIR REQUESTS_CA_BUNDLE WGETRC SYSTEM_WGETRC NETRC GNUPGHOME SSH_AUTH_SOCK DOCKER_HOST KUBECONFIG AWS_CONFIG_FILE AWS_SHARED_CREDENTIALS_FILE AWS_ENDPOINT_URL
            CLOUDSDK_CONFIG AZURE_CONFIG_DIR TF_CLI_CONFIG_FILE TF_DATA_DIR HOSTALIASES LOCALDOMAIN RES_OPTIONS NLSPATH LOCPATH TZDIR TZ TERMINFO TERMINFO_DIRS TERMCAP TERM MAGIC MANPATH INFOPATH
            PGHOST PGHOSTADDR PGPORT PGSERVICEFILE PGPASSFILE PGSYSCONFDIR PGSERVICE PSQLRC PSQL_HISTORY MYSQL_HOST MYSQL_HOME SQLITE_HISTORY REDISCLI_RCFILE
            NUGET_CONFIG_FILE YARN_CACHE_FOLDER COREPACK_HOME NVM_DIR PYENV_ROOT VIRTUAL_ENV CONDA_PREFIX POETRY_CONFIG_DIR COVERAGE_FILE PYTEST_ADDOPTS PYTEST_PLUGINS TOX_WORK_DIR ESLINT_USE_FLAT_CONFIG
            """);
        return names.ToFrozenDictionary(StringComparer.Ordinal);

        void Add(string why, string list)
        {
            foreach (var name in list.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries))
            {
                names[name] = why;
            }
        }
    }
}
