namespace IntentAuthz.Cedar;

/// <summary>
/// Where the evaluation of policies finds entities. Implementations must answer consistently for the length of one
/// authorization, must be safe for concurrent use, and must not block: they are asked in the middle of an evaluation.
/// An exception thrown here leaves the authorization by that exception.
/// </summary>
/// <remarks>
/// What an entity is <c>in</c> follows from <see cref="Entity.Parents"/> alone: the evaluation asks for the parents, and for
/// theirs. There is no second question whose answer could disagree. A cycle among parents does no harm here.
/// </remarks>
public interface IEntityProvider
{
    /// <summary>Finds an entity.</summary>
    /// <param name="uid">Its identity.</param>
    /// <returns>The entity, or null where it does not exist. Reading an attribute of an entity that does not exist is an error;
    /// it is in nothing but itself.</returns>
    Entity? Find(EntityUid uid);
}
