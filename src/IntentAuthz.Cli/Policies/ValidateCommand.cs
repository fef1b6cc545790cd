using System.CommandLine;
using IntentAuthz.Cedar;
using IntentAuthz.Cli.Output;

namespace IntentAuthz.Cli.Policies;

/// <summary><c>intentauthz validate</c>: checks policies before they decide anything.</summary>
internal static class ValidateCommand
{
    public static Command Create()
    {
        var policies = new Argument<string[]>("policies") { Description = "Policy files (text, or JSON if the name ends in .json), or directories of *.cedar.", Arity = ArgumentArity.OneOrMore, HelpName = NamedPaths.FileOrDirectory };
        var schema = new Option<string[]>("--schema") { Description = "A Cedar schema to check against, in JSON if the name ends in .json. May be given several times; the parts form one schema.", HelpName = NamedPaths.File };
        var permissive = new Option<bool>("--permissive") { Description = "Asks less than the strict check." };
        var annotation = AnnotationOption.Create();
        var json = JsonOption.Create();
        var command = new Command(
            "validate",
            """
            Parses policies, checks what their annotations say as the guard does, and checks them against a schema.
            Example: intentauthz validate policies --schema shop.cedarschema
            The exit code is 0 if there is no error (warnings are none), 1 if there is, 2 if a file cannot be read or the schema is wrong.
            """)
        {
            policies, schema, permissive, annotation, json,
        };
        command.SetAction(parsed => Run(
            parsed.GetRequiredValue(policies), parsed.GetValue(schema) ?? [], parsed.GetValue(permissive) ? ValidationMode.Permissive : ValidationMode.Strict,
            parsed.GetValue(annotation) ?? [], parsed.GetValue(json), new VerbOutput(parsed)));
        return command;
    }

    private static int Run(string[] paths, string[] schemas, ValidationMode mode, string[] annotations, bool json, VerbOutput output)
    {
        var findings = new List<PolicyFinding>();
        var policies = PolicyFiles.ReadPolicies(paths, findings);
        findings.AddRange(PolicyAnnotations.Check(policies, annotations).Select(PolicyFinding.Of));
        if (schemas.Length > 0)
        {
            var fragments = schemas.Select(static path => path.EndsWith(".json", StringComparison.OrdinalIgnoreCase)
                ? SchemaFragment.ParseJson(PolicyFiles.ReadText(path), path) : SchemaFragment.ParseCedar(PolicyFiles.ReadText(path), path));
            var result = Validator.Validate(policies, Schema.Create(fragments), mode);
            findings.AddRange(result.Errors.Select(static f => Of(f, isError: true)));
            findings.AddRange(result.Warnings.Select(static f => Of(f, isError: false)));
        }

        var errors = findings.Count(static f => f.IsError);
        var count = policies.Policies.Count + policies.Templates.Count;
        if (json)
        {
            output.Json(writer =>
            {
                writer.WriteBoolean("valid", errors == 0);
                writer.WriteNumber("policies", count);
                writer.WriteBoolean("schema", schemas.Length > 0);
                writer.WriteStartArray("findings");
                foreach (var finding in findings)
                {
                    finding.WriteTo(writer);
                }

                writer.WriteEndArray();
            });
        }
        else
        {
            foreach (var finding in findings)
            {
                output.Line(finding.ToString(), finding.IsError ? "red" : "yellow");
            }

            var checkedWith = schemas.Length > 0 ? "" : " No --schema is given, so names and types are not checked.";
            var warnings = findings.Count - errors;
            output.Line(
                errors == 0 ? $"{Number(count, "policy", "policies")} valid{(warnings == 0 ? "" : $", {Number(warnings, "warning", "warnings")}")}.{checkedWith}" : $"{Number(errors, "error", "errors")}.{checkedWith}",
                errors == 0 ? "green" : "red");
        }

        return errors == 0 ? ExitCode.Yes : ExitCode.No;
    }

    private static PolicyFinding Of(ValidationFinding finding, bool isError) => new(isError, finding.Code, finding.Message, finding.PolicyId, finding.Span, finding.Help);

    private static string Number(int count, string one, string several) => $"{count} {(count == 1 ? one : several)}";
}
