namespace IntentAuthz.Containment;

/// <summary>What a word of a command means to the program that gets it.</summary>
internal enum WordRole
{
    /// <summary>Nothing is touched by it.</summary>
    Text,

    /// <summary>A file that is read; <c>-</c> is standard input.</summary>
    Read,

    /// <summary>A file or directory that is read, also when it is called <c>-</c>.</summary>
    Path,

    /// <summary>A file that is made or changed, also when it is called <c>-</c>.</summary>
    Write,

    /// <summary>A file that is made or changed; <c>-</c> is standard output.</summary>
    Out,

    /// <summary>A file that is read and changed.</summary>
    Change,

    /// <summary>A file or directory that goes away.</summary>
    Delete,

    /// <summary>A file or directory that is read and goes away.</summary>
    Move,

    /// <summary>The directory that everything else is relative to.</summary>
    In,

    /// <summary>A host that is contacted.</summary>
    Host,

    /// <summary>A host, perhaps with <c>:port</c>, that is contacted.</summary>
    Endpoint,

    /// <summary>A URL that is contacted.</summary>
    Url,

    /// <summary>A text that a shell runs.</summary>
    Shell,

    /// <summary>A program that is started, with arguments that are not known.</summary>
    Program,

    /// <summary><c>NAME=VALUE</c> for the programs that are started.</summary>
    Variable,

    /// <summary>Code of another language, or what else the analysis does not read.</summary>
    Code,

    /// <summary>A file with such code.</summary>
    Script,

    /// <summary>How the names of files begin that are made, changed and go away.</summary>
    Stem,

    /// <summary>A pattern, or behind <c>@</c> a file with patterns.</summary>
    Pattern,

    /// <summary>The name of a terminal; a path is a file somewhere.</summary>
    Terminal,

    /// <summary>A file or directory of tests, perhaps with <c>::name</c> behind it.</summary>
    Test,

    /// <summary>A test of python's own runner: a file, or a module of the project's.</summary>
    UnitTest,

    /// <summary>An expression that chooses tests.</summary>
    TestChoice,

    /// <summary>A project that is built, or the first argument of what is built.</summary>
    Project,

    /// <summary>The value of a property of a build, which must not be read as more than that.</summary>
    Property,

    /// <summary>An expression that chooses tests, which is passed on as the value of a property.</summary>
    TestFilter,

    /// <summary>The name of a script of a project, where a program could have that name too.</summary>
    ScriptName,

    /// <summary>An argument that is passed on to what a project's script starts.</summary>
    Passed,

    /// <summary>A package that is installed: a path to one, or a name that an index is asked for.</summary>
    Package,

    /// <summary>A target of a build; one with a colon or an equals sign changes what runs.</summary>
    Target,

    /// <summary>A package of Go: a path, perhaps with <c>...</c> at its end, or a name.</summary>
    GoPackage,

    /// <summary>A file whose content names more that is touched.</summary>
    Instructions,

    /// <summary>Not known to be harmless.</summary>
    Opaque,

    /// <summary>Rights, processes, mounts or namespaces are changed.</summary>
    Privilege,

    /// <summary>A file mode; the bits that lend the owner's rights raise rights.</summary>
    Mode,

    /// <summary>The first argument of <c>date</c>: a format, or a time that the clock is set to.</summary>
    Clock,

    /// <summary>A file that is packed or unpacked: it goes away, and one beside it that begins like it is made.</summary>
    Packed,

    /// <summary>A file that binutils replace by way of another beside it.</summary>
    Rewritten,

    /// <summary>A file that is written, with others that begin so; behind <c>|</c> or <c>!</c> a command.</summary>
    Tracing,

    /// <summary>The last operand of <c>ln</c>: the link, or the only operand, for which a link of the same name is made here.</summary>
    Link,

    /// <summary>An archive of <c>zip</c>: <c>.zip</c> is added where no suffix is, and another file beside it takes its place.</summary>
    Zip,

    /// <summary>Whatever it is, hosts are contacted that are not known.</summary>
    AnyHost,

    /// <summary>A program that packs what it gets on standard input, and unpacks it with <c>-d</c>.</summary>
    Packer,

    /// <summary>A file that is written anew or goes away.</summary>
    Replace,

    /// <summary>The value of a setting of git, which is written down.</summary>
    GitValue,

    /// <summary>A setting of git, as <c>-c name=value</c>: many name a program.</summary>
    GitSetting,

    /// <summary>A revision or a path of git. One beneath the working directory is told with that.</summary>
    GitPath,

    /// <summary>A format of git: <c>%G</c> starts a program that checks signatures.</summary>
    GitFormat,

    /// <summary>A repository of git: a URL, <c>host:path</c>, a path, or the name of one that is configured.</summary>
    GitRemote,

    /// <summary>The host of a remote shell, as <c>[user@]host</c> or <c>ssh://[user@]host[:port]</c>.</summary>
    Destination,
}
