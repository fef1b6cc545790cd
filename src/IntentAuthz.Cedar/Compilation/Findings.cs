using System.Runtime.CompilerServices;
using IntentAuthz.Cedar.Evaluation;

namespace IntentAuthz.Cedar.Compilation;

/// <summary>The policies that applied to a request and those that failed, while they are collected.</summary>
internal struct Findings
{
    // Enough for nearly every request, without an array. Policy numbers, doubled, and odd where the policy failed.
    private FirstFindings _first;
    private int[]? _found;
    private int _count;

    public void Add(int policy, Truth truth)
    {
        if (truth == Truth.False)
        {
            return;
        }

        var found = _found ?? (Span<int>)_first;
        if (_count == found.Length)
        {
            var larger = new int[_count * 2];
            found.CopyTo(larger);
            found = _found = larger;
        }

        found[_count++] = (policy << 1) | (truth == Truth.Error ? 1 : 0);
    }

    /// <summary>The number of the permit that applied, when that is all there is to say.</summary>
    public readonly int? OnlyPermit(PolicySet policies) =>
        _count == 1 && (_first[0] & 1) == 0 && policies.PolicyArray[_first[0] >> 1].Effect == PolicyEffect.Permit ? _first[0] >> 1 : null;

    public CedarResponse Respond(PolicySet policies, ref RequestView view, IEntityProvider entities)
    {
        var found = (_found ?? (Span<int>)_first)[.._count];
        // A policy with several actions may have been met under several of them.
        found.Sort();
        var (permits, forbids, failed) = (0, 0, 0);
        var last = -1;
        foreach (var finding in found)
        {
            if (finding == last)
            {
                continue;
            }

            last = finding;
            if ((finding & 1) != 0)
            {
                failed++;
            }
            else if (policies.PolicyArray[finding >> 1].Effect == PolicyEffect.Forbid)
            {
                forbids++;
            }
            else
            {
                permits++;
            }
        }

        var effect = forbids > 0 ? PolicyEffect.Forbid : PolicyEffect.Permit;
        return new(
            forbids == 0 && permits > 0 ? CedarDecision.Allow : CedarDecision.Deny,
            Reasons(policies, found, effect, forbids > 0 ? forbids : permits),
            failed == 0 ? [] : Errors(policies, found, failed, view.ToRequest(), entities));
    }

    private static string[] Reasons(PolicySet policies, ReadOnlySpan<int> found, PolicyEffect effect, int count)
    {
        if (count == 0)
        {
            return [];
        }

        var reasons = new string[count];
        var next = 0;
        var last = -1;
        foreach (var finding in found)
        {
            if (finding != last && (finding & 1) == 0 && policies.PolicyArray[finding >> 1] is var policy && policy.Effect == effect)
            {
                reasons[next++] = policy.Id;
            }

            last = finding;
        }

        return reasons;
    }

    // Nodes know that they failed, not why: the interpreter says it, in the reference's words.
    private static PolicyError[] Errors(PolicySet policies, ReadOnlySpan<int> found, int count, CedarRequest request, IEntityProvider entities)
    {
        var interpreter = new Interpreter(request, entities);
        var errors = new PolicyError[count];
        var next = 0;
        var last = -1;
        foreach (var finding in found)
        {
            if (finding != last && (finding & 1) != 0)
            {
                errors[next++] = interpreter.Explain(policies.PolicyArray[finding >> 1]);
            }

            last = finding;
        }

        return errors;
    }

    [InlineArray(32)]
    private struct FirstFindings
    {
        private int _first;
    }
}
