using System.Diagnostics;

namespace IntentAuthz.Containment.Tests.Shell;

/// <summary>Asks the bash of this machine.</summary>
internal static class Bash
{
    // A here-document that the end of the text ends is taken, with a warning, which can go on over lines. Other messages are errors, whatever the exit code says.
    private const string Script = """
        i=0
        while [ $i -lt "$2" ]; do
          if timeout 20 bash $3 -n "$1/$i" 2>"$1/e" && ! grep "^$1/$i: " "$1/e" | grep -qv 'warning: here-document\|unterminated here-document\|warning: command substitution: ignored\|ignored null byte'; then echo 1; else echo 0; fi
          i=$((i + 1))
        done
        """;

    /// <summary>For each text, whether bash takes it.</summary>
    public static bool[] Accepts(IReadOnlyList<byte[]> texts, string options)
    {
        var directory = Directory.CreateTempSubdirectory("intentauthz-shell-");
        try
        {
            for (var i = 0; i < texts.Count; i++)
            {
                File.WriteAllBytes(Path.Combine(directory.FullName, i.ToString(System.Globalization.CultureInfo.InvariantCulture)), texts[i]);
            }

            var start = new ProcessStartInfo("bash") { RedirectStandardOutput = true, RedirectStandardError = true };
            foreach (var argument in (string[])["-c", Script, "bash", directory.FullName, texts.Count.ToString(System.Globalization.CultureInfo.InvariantCulture), options])
            {
                start.ArgumentList.Add(argument);
            }

            // The messages are looked through, so they must be the English ones.
            start.Environment["LC_ALL"] = "C.UTF-8";
            using var process = Process.Start(start)!;
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            var lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
            process.WaitForExit();
            Assert.True(lines.Length == texts.Count, $"bash answered for {lines.Length} of {texts.Count} texts.");
            return [.. lines.Select(line => line == "1")];
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }
}
