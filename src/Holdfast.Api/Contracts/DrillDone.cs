namespace Holdfast.Api;

/// <summary><c>POST /v1/drills</c>: a drill is over. It becomes an event of the kind "drill:NAME" on the answering host, by which an audit knows when a protection was last exercised.</summary>
/// <param name="Name">Small letters, digits and '-', at most 40.</param>
/// <param name="Summary">One sentence, at most 500 characters; of a drill that did not go as expected it begins "not as expected".</param>
public sealed record DrillDone(string Name, string Summary);
