namespace IntentAuthz.Containment;

/// <summary>
/// Goes through the values that variables with several can have while one command is expanded, so that a variable has the same value wherever the command
/// names it. Like an odometer: the command is expanded once for each reading.
/// </summary>
internal sealed class Choices
{
    // More than this and the variables count as unknown.
    private const int MaxReadings = 64;

    private readonly List<(object Key, int Count, int Index)> _wheels = [];
    private int _readings = 1;

    public bool IsSingle => _wheels.Count == 0;

    public ShellValue Choose(object key, ShellValue value)
    {
        if (value.Kind != ShellValueKind.Known || value.Alternatives.Length == 1)
        {
            return value;
        }

        foreach (var (known, count, index) in _wheels)
        {
            if (known.Equals(key))
            {
                // The value can have changed in between, as by `${name:=word}`.
                return count == value.Alternatives.Length ? Pick(value, index) : ShellValue.Unknown;
            }
        }

        if (_readings * value.Alternatives.Length > MaxReadings)
        {
            return value.IsNumber ? ShellValue.Number : ShellValue.Unknown;
        }

        _readings *= value.Alternatives.Length;
        _wheels.Add((key, value.Alternatives.Length, 0));
        return Pick(value, 0);
    }

    /// <summary>Turns to the next reading; false after the last.</summary>
    public bool Next()
    {
        for (var i = _wheels.Count - 1; i >= 0; i--)
        {
            var (key, count, index) = _wheels[i];
            if (index + 1 < count)
            {
                _wheels[i] = (key, count, index + 1);
                return true;
            }

            // A wheel behind this one was met under this reading; under the next it may not be.
            _wheels.RemoveAt(i);
            _readings /= count;
        }

        return false;
    }

    private static ShellValue Pick(ShellValue value, int index) => ShellValue.Of(value.Alternatives[index]);
}
