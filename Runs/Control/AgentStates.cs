namespace ApeTest.Runs.Control;

/// <summary>
/// What the active agents are at, on average over the last 10 s. By Little's law an agent is in a part of its time between actions as often as
/// that part is long: nobody has to ask the agents. The numbers add up to <see cref="RunProgress.AgentsActive"/> and those that are idle.
/// </summary>
/// <param name="Think">Think time.</param>
/// <param name="Model">Waiting for the model.</param>
/// <param name="Gateway">In the gateway.</param>
/// <param name="Target">Waiting for the target.</param>
/// <param name="Other">Anything else: the harness, and what no clock has measured.</param>
/// <param name="Idle">Asked for, and without a session.</param>
public sealed record AgentStates(int Think, int Model, int Gateway, int Target, int Other, int Idle);
