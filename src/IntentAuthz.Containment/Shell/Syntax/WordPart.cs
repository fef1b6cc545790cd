namespace IntentAuthz.Containment;

/// <summary>A part of a word.</summary>
internal abstract class WordPart;
