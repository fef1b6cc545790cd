using System.Text;

namespace IntentAuthz.Containment;

/// <summary>What commands write to their standard output, as far as it is known.</summary>
internal sealed class OutputCapture
{
    private StringBuilder? _text = new();

    /// <summary>The text, or null where it is not known.</summary>
    public string? Text => _text?.ToString();

    public void Append(string? text)
    {
        if (text is null || _text is null || _text.Length + text.Length > ShellValue.MaxLength)
        {
            _text = null;
        }
        else
        {
            _text.Append(text);
        }
    }
}
