namespace Holdfast.Api;

/// <summary><c>POST /v1/ha</c>: disarm every host for a planned work on the network, or arm them again.</summary>
/// <param name="DisarmSeconds">From a minute to a day; after it a host arms itself. Null: arm now.</param>
/// <param name="Why">Kept as an event, with <paramref name="Who"/>.</param>
public sealed record HighAvailabilityRequest(double? DisarmSeconds, string Who, string Why);

/// <summary>
/// <c>POST /v1/hosts/NAME/fence</c>: have its fence devices switch it off, alive or not; answered by a task. <c>POST /v1/hosts/NAME/confirm-dead</c>: a person
/// vouches that it is off; answered by its <see cref="HostExplanation"/>. Both are orders to the agent that is asked, about another host.
/// <c>POST /v1/hosts/NAME/drain</c>: it takes no machines, and its own move to others; answered by a task that ends when all have left or none that is left can.
/// <c>POST /v1/hosts/NAME/resume</c>: it takes machines again; answered by its <see cref="HostDetail"/>. Both are carried out by that host's own agent.
/// </summary>
/// <param name="Why">Kept as an event, with <paramref name="Who"/>.</param>
public sealed record HostOrderRequest(string Who, string Why);

/// <summary>What each host answered.</summary>
/// <param name="Done">Hosts that took it.</param>
/// <param name="Missed">Hosts whose agent did not answer: they are as they were.</param>
public sealed record HighAvailabilityReport(string[] Done, string[] Missed);
