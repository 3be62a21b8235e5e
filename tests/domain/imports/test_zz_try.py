import time, cProfile, pstats, collections
from pathlib import Path
from datetime import datetime, UTC
from sqlalchemy import event
D=Path("/work/shared/data/major-projects")
async def test_it(database):
    from domain.imports import import_organisations, import_successions, import_portfolio
    now=datetime.now(UTC)
    await import_organisations(database,D/"organisations.csv",now=now)
    await import_successions(database,D/"successions.csv",now=now)
    n=collections.Counter(); t=[0.0]
    @event.listens_for(database.engine.sync_engine,"before_cursor_execute")
    def b(conn,cur,stmt,params,ctx,many):
        n[" ".join(stmt.split()[:4]) if not stmt.startswith("SELECT") else "SELECT..FROM "+stmt.split("FROM",1)[-1].split()[0]+(" UPD" if "FOR NO KEY" in stmt or "FOR UPDATE" in stmt else "")]+=1
        ctx._t=time.perf_counter()
    @event.listens_for(database.engine.sync_engine,"after_cursor_execute")
    def a(conn,cur,stmt,params,ctx,many):
        t[0]+=time.perf_counter()-ctx._t
    p=cProfile.Profile(); 
    t0=time.time(); c0=time.process_time(); 
    import os
    if os.environ.get("PROF"): p.enable()
    await import_portfolio(database,D/"portfolio-2013-2016.csv",now=now)
    p.disable()
    print(time.time()-t0, "cpu", time.process_time()-c0, "in cursors", t[0], sum(n.values()))
    for k,v in n.most_common(30): print(v,k)
    if os.environ.get("PROF"): pstats.Stats(p).sort_stats("cumtime").print_stats(70)
