// Bare Nest on its Fastify adapter: both routes. Its decorators are called as functions, as Node strips
// types and compiles nothing.
import 'reflect-metadata';
import { Body, Controller, Get, HttpCode, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { insertJob, type NewJob } from './new-job.ts';

const answer = JSON.parse(process.env.ANSWER ?? '{}');

class Bare {
  health() {
    return 'ok';
  }
  async answer() {
    return answer;
  }
  submit(job: NewJob) {
    return insertJob(job);
  }
}
const on = (method: keyof Bare, ...decorators: MethodDecorator[]) => {
  const descriptor = Object.getOwnPropertyDescriptor(Bare.prototype, method);
  if (descriptor) for (const decorate of decorators) decorate(Bare.prototype, method, descriptor);
};
on('health', Get('/health'));
on('answer', Get('/answer'));
on('submit', Post('/v1/jobs'), HttpCode(202));
Body()(Bare.prototype, 'submit', 0);
Controller()(Bare);

class App {}
Module({ controllers: [Bare] })(App);

const app = await NestFactory.create(App, new FastifyAdapter(), { logger: false });
await app.listen(Number(process.env.PORT), '127.0.0.1');
