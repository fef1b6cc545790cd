namespace IntentAuthz;

/// <summary>The arguments of a tool as policy sees them: its input schema, and what the descriptor says of single arguments.</summary>
internal static class ToolArguments
{
    internal static JsonShape ShapeOf(ToolDescriptor tool)
    {
        Dictionary<string, JsonShape> members = new(StringComparer.Ordinal);
        foreach (string name in tool.Input.Names)
        {
            members.Add(name, tool.Input.Property(name));
        }

        HashSet<string> required = [.. tool.Input.Required];
        foreach (ArgumentDescriptor argument in tool.Arguments.Values)
        {
            if (argument.IsHostOnly)
            {
                members.Remove(argument.Name);
                continue;
            }

            if (argument.MapsToString)
            {
                members[argument.Name] = JsonShape.Of(JsonKind.String);
            }
            else if (!members.ContainsKey(argument.Name))
            {
                members.Add(argument.Name, JsonShape.Untyped.With(new JsonShapeLoss(
                    PolicySchemaNoteCodes.Untyped, $"/properties/{JsonPointer.Escape(argument.Name)}", $"declares the argument '{argument.Name}' and no type for it")));
            }

            if (argument.Default is not null)
            {
                // Filled in wherever the call leaves it out, so it is always there: also where null would have been allowed.
                members[argument.Name] = members[argument.Name].WithoutNull();
                required.Add(argument.Name);
            }
        }

        if (tool.Derived is { } derived)
        {
            foreach (string name in derived.Names)
            {
                members.Add(name, derived.Property(name));
            }

            required.UnionWith(derived.Required);
        }

        return JsonShape.ObjectOf(members, required, tool.Input.IsClosed);
    }

    /// <summary>What the schema of a tool says and its Cedar type does not.</summary>
    internal static IEnumerable<PolicySchemaNote> NotesOn(ToolDescriptor tool, JsonShape shape) =>
        tool.Input.Losses.Concat(LossesIn(shape)).Distinct().Select(loss => new PolicySchemaNote(
            loss.Code, tool.Name, loss.Pointer, $"'{tool.Name}' {loss.What}", HelpFor(loss.Code)));

    internal static string HelpFor(string code) => code switch
    {
        PolicySchemaNoteCodes.Untyped => "give it one type in the tool's input schema, or declare the argument with mapToString to let policies see its text",
        PolicySchemaNoteCodes.SeveralTypes => "describe one type, or declare the argument with mapToString to let policies see its text",
        PolicySchemaNoteCodes.UnresolvedReference => "put the definition into the schema's own $defs",
        PolicySchemaNoteCodes.RecursiveReference => "policies read the outermost level; declare the argument with mapToString if they need more",
        PolicySchemaNoteCodes.TooLarge => "describe less, or declare the argument with mapToString to let policies see its text",
        PolicySchemaNoteCodes.OpenObject => "name the members that policies shall read under properties; say additionalProperties: false where there are no others",
        PolicySchemaNoteCodes.PlacesLost => "use an object with named members where policies shall tell them apart",
        PolicySchemaNoteCodes.ValuesNotChecked => "check the spelling of the values that policies compare with",
        PolicySchemaNoteCodes.SharedAction => "test for the argument with has, or give each tool an action of its own and put both into a group",
        _ => "declare the type, with its attributes and parents, with AddSchema",
    };

    private static IEnumerable<JsonShapeLoss> LossesIn(JsonShape shape)
    {
        foreach (JsonShape part in shape.Names.Order(StringComparer.Ordinal).Select(shape.Property).Concat(shape.Items is null ? [] : [shape.Items]))
        {
            foreach (JsonShapeLoss loss in part.Losses.Concat(LossesIn(part)))
            {
                yield return loss;
            }
        }
    }
}
