using IntentAuthz.Cedar.Schemas;

namespace IntentAuthz.Cedar.Validation;

/// <summary>
/// The types of one kind of request: a principal type, an action and a resource type. A policy is checked in every environment
/// that its schema allows. What may fill the slots of a template needs no place here: slots stand in the scope only, and are
/// always of a type that fits.
/// </summary>
internal sealed record RequestEnvironment(string Principal, ActionInfo Action, string Resource);
