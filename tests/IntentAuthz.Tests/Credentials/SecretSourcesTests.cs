namespace IntentAuthz.Tests.Credentials;

/// <summary>A secret's source says what is wrong without a word of the secret.</summary>
public sealed class SecretSourcesTests
{
    [Fact]
    public async Task A_file_of_its_owners_is_read_without_the_line_break_at_its_end()
    {
        string path = await WriteAsync("static-secret\r\n", UnixFileMode.UserRead | UnixFileMode.UserWrite);

        using Secret secret = await SecretSources.File(path)("any", default);

        Assert.Equal("static-secret", secret.Reveal());
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    public async Task A_file_that_others_can_use_is_refused_and_the_message_names_the_fix(UnixFileMode others)
    {
        string path = await WriteAsync("static-secret", UnixFileMode.UserRead | others);

        InvalidOperationException e = await Assert.ThrowsAsync<InvalidOperationException>(() => SecretSources.File(path)("any", default).AsTask());

        Assert.Contains("0600", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("static-secret", e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_file_and_one_that_is_too_large_are_refused()
    {
        string empty = await WriteAsync("\n", UnixFileMode.UserRead);
        string large = await WriteAsync(new string('x', Secret.MaxBytes + 10), UnixFileMode.UserRead);

        await Assert.ThrowsAsync<InvalidOperationException>(() => SecretSources.File(empty)("any", default).AsTask());
        await Assert.ThrowsAsync<InvalidOperationException>(() => SecretSources.File(large)("any", default).AsTask());
    }

    [Fact]
    public async Task A_variable_is_read_anew_each_time_and_one_that_is_not_set_is_named()
    {
        string name = $"INTENTAUTHZ_TEST_{Guid.NewGuid():N}";
        Func<string, CancellationToken, ValueTask<Secret>> source = SecretSources.EnvironmentVariable(name);
        Assert.Contains(name, (await Assert.ThrowsAsync<InvalidOperationException>(async () => await source("any", default))).Message, StringComparison.Ordinal);

        Environment.SetEnvironmentVariable(name, "static-secret");
        using Secret secret = await source("any", default);

        Assert.Equal("static-secret", secret.Reveal());
        Environment.SetEnvironmentVariable(name, null);
    }

    private static async Task<string> WriteAsync(string text, UnixFileMode mode)
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("intentauthz-").FullName, "secret");
        await File.WriteAllTextAsync(path, text);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, mode);
        }

        return path;
    }
}
