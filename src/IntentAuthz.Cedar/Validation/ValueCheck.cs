using IntentAuthz.Cedar.Schemas;
using IntentAuthz.Cedar.Validation.Types;

namespace IntentAuthz.Cedar.Validation;

/// <summary>Checks values against types, and the entities in them against the schema. Recursion is safe: values and types are bounded in depth.</summary>
internal sealed class ValueCheck(SchemaContent schema, List<ValidationFinding> findings)
{
    /// <summary>Checks a value and everything in it.</summary>
    /// <param name="value">The value.</param>
    /// <param name="type">What it must be.</param>
    /// <param name="path">What messages call it.</param>
    public void Check(CedarValue value, CedarType type, string path)
    {
        var isRight = (value, type) switch
        {
            (CedarRecord record, RecordType expected) => CheckRecord(record, expected, path),
            (CedarSet set, SetType expected) => CheckSet(set, expected, path),
            (CedarEntity entity, EntityReferenceType expected) => expected.Contains(entity.Uid.Type),
            (CedarBool, BoolType) or (CedarLong, LongType) or (CedarString, StringType) => true,
            (CedarDatetime, ExtensionType expected) => expected == ExtensionType.Datetime,
            (CedarDecimal, ExtensionType expected) => expected == ExtensionType.Decimal,
            (CedarDuration, ExtensionType expected) => expected == ExtensionType.Duration,
            (CedarIpAddress, ExtensionType expected) => expected == ExtensionType.IpAddress,
            _ => false,
        };
        if (!isRight)
        {
            findings.Add(new(FindingCodes.UnexpectedType, $"{path} must be `{type}`, but is a value of type {value.TypeName}"));
        }
        else if (value is CedarEntity entity)
        {
            CheckEntity(entity.Uid, path);
        }
    }

    /// <summary>Checks an entity that is referred to: an action must be declared, an enumerated one must be among its choices.</summary>
    public void CheckEntity(EntityUid uid, string path)
    {
        if (SchemaNames.IsActionType(uid.Type))
        {
            if (!schema.Actions.ContainsKey(uid))
            {
                findings.Add(new(FindingCodes.UnknownAction, $"{path} is the action `{CedarText.Shorten(uid.ToString())}`, which is not declared"));
            }
        }
        else if (schema.EntityTypes.TryGetValue(uid.Type, out var info) && !info.Allows(uid.Id))
        {
            findings.Add(new(FindingCodes.InvalidEnumId, $"{path} is `{CedarText.Shorten(uid.ToString())}`, which is not one of the entities of `{CedarText.Shorten(uid.Type)}`"));
        }
    }

    // What is wrong inside is reported there, with a path of its own.
    private bool CheckRecord(CedarRecord record, RecordType expected, string path)
    {
        foreach (var (name, value) in record)
        {
            if (expected.Find(name) is { } attribute)
            {
                Check(value, attribute.Type, $"{path}.{CedarText.Shorten(name)}");
            }
            else
            {
                findings.Add(new(FindingCodes.UnexpectedAttribute, $"{path} has the attribute `{CedarText.Shorten(name)}`, which its type does not have", Help: Syntax.Spelling.Suggest(name, expected.NameList)));
            }
        }

        for (var i = 0; i < expected.Count; i++)
        {
            if (expected.Attributes[i].IsRequired && !record.ContainsKey(expected.Names[i]))
            {
                findings.Add(new(FindingCodes.MissingAttribute, $"{path} has no attribute `{CedarText.Shorten(expected.Names[i])}`, which its type requires"));
            }
        }

        return true;
    }

    private bool CheckSet(CedarSet set, SetType expected, string path)
    {
        foreach (var value in set)
        {
            if (findings.Count >= CedarLimits.MaxDiagnostics)
            {
                break;
            }

            Check(value, expected.Element, $"an element of {path}");
        }

        return true;
    }
}
