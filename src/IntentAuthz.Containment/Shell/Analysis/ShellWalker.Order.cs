namespace IntentAuthz.Containment;

/// <summary>
/// When commands run, as far as it matters for whether one can change what another runs: the commands of a list one after the other, those of a pipeline, of a
/// loop or of a program that starts more at any time within it, and what is left running or waits for a signal at any time from there on.
/// </summary>
internal sealed partial class ShellWalker
{
    private int _now;
    private int _together;
    private int _lasting;
    private int _waiting;

    /// <summary>The first time at which what is told now can happen.</summary>
    public int Earliest => _waiting > 0 ? 0 : _now;

    /// <summary>The last time at which it can.</summary>
    public int Latest => _lasting > 0 ? int.MaxValue : _now;

    /// <summary>A command of a list has ended before the next begins.</summary>
    private void Tick()
    {
        if (_together == 0)
        {
            _now++;
        }
    }

    /// <summary>Begins commands of which no order is known. What is told until <see cref="EndTogether"/> can happen before or after each other.</summary>
    public void BeginTogether() => _together++;

    public void EndTogether() => _together--;

    /// <summary>Begins what may go on while later commands run.</summary>
    public void BeginLasting()
    {
        _together++;
        _lasting++;
    }

    public void EndLasting()
    {
        _together--;
        _lasting--;
    }
}
