using System.Globalization;
using System.Text;

namespace IntentAuthz;

/// <summary>Tells names that a reader would take for the same.</summary>
internal static class LookAlike
{
    /// <summary>Folds case, compatibility forms and combining marks, so that look-alikes within a script meet. Look-alikes of other scripts are refused where a call names them: names match exactly or not at all.</summary>
    internal static string Skeleton(string name)
    {
        StringBuilder folded = new(name.Length);
        foreach (char c in name.Normalize(NormalizationForm.FormKD))
        {
            if (CharUnicodeInfo.GetUnicodeCategory(c) is not (UnicodeCategory.NonSpacingMark or UnicodeCategory.Format))
            {
                folded.Append(char.ToLowerInvariant(ToHalfWidth(c)));
            }
        }

        return folded.ToString();
    }

    /// <summary>Full-width letters by hand: where the runtime has no ICU data, normalising leaves them as they are.</summary>
    private static char ToHalfWidth(char c) => c is >= '\uFF01' and <= '\uFF5E' ? (char)(c - 0xFEE0) : c;
}
