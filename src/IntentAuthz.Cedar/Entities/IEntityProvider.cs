namespace IntentAuthz.Cedar;

/// <summary>
/// Where the evaluation of policies finds entities. Implementations must answer consistently for the length of one
/// authorization, must be safe for concurrent use, and must not block: they are asked in the middle of an evaluation.
/// An exception thrown here leaves the authorization by that exception.
/// </summary>
public interface IEntityProvider
{
    /// <summary>Finds an entity.</summary>
    /// <param name="uid">Its identity.</param>
    /// <returns>The entity, or null where it does not exist. Reading an attribute of an entity that does not exist is an error.</returns>
    Entity? Find(EntityUid uid);

    /// <summary>
    /// Whether an entity is below another in the hierarchy, over any number of parents. The relation is not reflexive here: the
    /// evaluation itself knows that every entity is <c>in</c> itself.
    /// </summary>
    /// <param name="descendant">The entity below. One that does not exist is below nothing.</param>
    /// <param name="ancestor">The entity above; it need not exist.</param>
    bool IsDescendantOf(EntityUid descendant, EntityUid ancestor);
}
