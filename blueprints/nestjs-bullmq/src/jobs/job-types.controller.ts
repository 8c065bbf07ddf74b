import { Controller, Get, Header } from '@nestjs/common';
import { Route } from '../common/route.decorator.ts';
import { listJobTypes } from './http/routes.ts';
import { jobTypesView, publicCache } from './http/view.ts';

@Controller('v1/job-types')
export class JobTypesController {
  private readonly view = jobTypesView();

  @Get()
  @Header('cache-control', publicCache)
  @Route(listJobTypes)
  list() {
    return this.view;
  }
}
